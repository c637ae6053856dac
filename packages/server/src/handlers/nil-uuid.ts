/** Kafka's uuid that stands for none. */
export const nilUuid = 'AAAAAAAAAAAAAAAAAAAAAA'
