import CEL
import Glibc

@testable import HostFacts

/// Keeps the rows.
struct RowList: SocketRowSink {
  var rows: [SocketRow] = []

  mutating func add(_ row: SocketRow) { rows.append(row) }
}

/// Reads `/proc/thread-self/net/NAME` as ``ProcNet/Reader`` wants it.
func procNet(_ name: String, _ body: (Span<UInt8>) -> Bool) -> Reading<Int> {
  let path = "/proc/thread-self/net/\(name)"
  let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
  if file < 0 { return .unavailable(.init("cannot open \(path)")) }
  defer { close(file) }
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  var total = 0
  while true {
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe read(file, bytes.baseAddress, bytes.count)
    }
    if count <= 0 { break }
    total += count
    if !body(buffer.span.extracting(0..<count)) { break }
  }
  return .value(total, .dump(path))
}

func inode(of descriptor: CInt) -> UInt64 {
  var status = stat()
  return unsafe fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
}
