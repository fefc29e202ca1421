@testable import HostFacts

/// Keeps the rows that a parser hands over.
struct RowList: SocketRowSink {
  private(set) var rows: [SocketRow] = []

  mutating func add(_ row: SocketRow) { rows.append(row) }
}
