/** Every queue of the house. */
export const QUEUES = ['react', 'due', 'appraisal', 'roster'] as const
export type QueueName = (typeof QUEUES)[number]
