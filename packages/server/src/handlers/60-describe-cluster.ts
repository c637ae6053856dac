import { DescribeCluster, errorCodes } from '@logan/protocol'
import { handler } from '../dispatch/handler.ts'
import { clusterOperations, notAsked } from './authorized-operations.ts'

const endpoints = { brokers: 1, controllers: 2 } as const

/**
 * DescribeCluster v0-2: the cluster and its one broker (KIP-700), which is its controller as well.
 * Kept: authorized operations; the endpoint type (v1, KIP-919): this is an endpoint of brokers. It is never fenced (v2, KIP-1073).
 */
export const describeCluster = handler(DescribeCluster, { versions: [0, 2] }, (request, { broker, connection }) => {
  const { nodeId, clusterId, config } = broker
  if (request.endpointType !== endpoints.brokers) return wrongEndpoint(request.endpointType)
  return {
    errorCode: errorCodes.NONE,
    endpointType: endpoints.brokers,
    clusterId,
    controllerId: nodeId,
    brokers: [{ brokerId: nodeId, ...connection.advertised, rack: config.brokerRack, isFenced: false }],
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? clusterOperations : notAsked,
  }
})

function wrongEndpoint(endpointType: number) {
  if (endpointType !== endpoints.controllers)
    return { errorCode: errorCodes.UNSUPPORTED_ENDPOINT_TYPE, errorMessage: `Unsupported endpoint type ${endpointType}` }
  const errorMessage = 'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER'
  return { errorCode: errorCodes.MISMATCHED_ENDPOINT_TYPE, errorMessage }
}
