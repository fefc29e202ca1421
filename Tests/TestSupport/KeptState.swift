import Glibc

/// The file that `sockwise audit --state` keeps, as if time had passed since.
public enum KeptState {
  /// Moves its counters back by some seconds.
  public static func age(_ file: String, by seconds: Double) throws {
    let text = try TextFile.read(file)
    guard let kept = text.firstMatch(of: /"seconds": ?(-?[0-9.e+]+)/), let moment = Double(kept.1)
    else { throw SystemCallError("no counters are kept in '\(file)'", code: ENODATA) }
    var aged = text
    aged.replaceSubrange(kept.1.startIndex..<kept.1.endIndex, with: "\(moment - seconds)")
    try TextFile.write(aged, to: file)
  }

  /// When its counters were read.
  public static func seconds(_ file: String) throws -> Double? {
    try ParsedJSON(Array(TextFile.read(file).utf8))["counters"]?["seconds"]?.double
  }
}
