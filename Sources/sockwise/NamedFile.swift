import HostFacts
import Reports

/// A file that the command line names.
enum NamedFile {
  /// Larger ones are refused: 100,000 findings take half of it.
  private static let limit = 256 << 20

  static func read(_ path: String) throws(DocumentError) -> [UInt8] {
    switch HostRoot().bytes(path, limit: limit) {
    case .value(let bytes, _): return bytes
    case .absent: throw DocumentError("there is no '\(path.shown)'")
    case .unavailable(let why): throw DocumentError("'\(path.shown)': \(why.reason)")
    }
  }
}
