import Glibc
public import Testing

/// Text that a reviewer has read, kept under `Tests/Fixtures`, and generated documents.
///
/// `RECORD=1` rewrites the files; the diff is the review.
public enum Golden {
  /// Compares with a file and records an issue at the first line that differs.
  ///
  /// - Parameter directory: where the file is, from the root of the checkout.
  public static func expect(
    _ actual: String, matches path: String, in directory: String = "Tests/Fixtures",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let file = "\(Checkout.root)/\(directory)/\(path)"
    if isRecording {
      do {
        try TextFile.write(actual, to: file)
      } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
      }
      return
    }
    let expected: String
    do {
      expected = try TextFile.read(file)
    } catch {
      Issue.record(
        "\(error); RECORD=1 writes it. It would be:\n\(actual)", sourceLocation: sourceLocation)
      return
    }
    if let difference = firstDifference(expected: expected, actual: actual) {
      Issue.record(
        "differs from \(directory)/\(path), \(difference)\nRECORD=1 rewrites the file",
        sourceLocation: sourceLocation)
    }
  }

  /// Whether this run rewrites golden files.
  public static var isRecording: Bool {
    unsafe getenv("RECORD").map { unsafe String(cString: $0) } == "1"
  }

  /// The first line that differs, with a line of context before it; nil where there is none.
  ///
  /// Spaces at the end of a line and control characters are what the eye misses, so lines are
  /// printed as Swift literals.
  public static func firstDifference(expected: String, actual: String) -> String? {
    // Compared as bytes: two spellings of one character are a difference here.
    if expected.utf8.elementsEqual(actual.utf8) { return nil }
    let old = lines(expected)
    let new = lines(actual)
    let same = zip(old, new).prefix { $0.utf8.elementsEqual($1.utf8) }.count
    let context = same > 0 ? "  after \(old[same - 1].debugDescription)\n" : ""
    return """
      line \(same + 1):
      \(context)  expected \(same < old.count ? old[same].debugDescription : "the end")
      """ + "\n  got      \(same < new.count ? new[same].debugDescription : "the end")"
  }

  /// Lines, each with its line feed but the last, so that a missing one at the end shows.
  private static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      line.append(scalar)
      if scalar == "\n" {
        lines.append(String(line))
        line.removeAll()
      }
    }
    if !line.isEmpty { lines.append(String(line)) }
    return lines
  }
}
