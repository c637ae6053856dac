/** IPv4 in IPv6's clothes (`::ffff:10.0.0.1`) is IPv4. */
export function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.)/, '') ?? 'unknown'
}

/** `host:port`, an IPv6 address in brackets. */
export function printEndpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
