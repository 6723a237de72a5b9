export type FileTables = {
  /** Files on their way into a conversation; the row goes with the message that names them. */
  incoming_files: { file_id: string; at: Date }
}
