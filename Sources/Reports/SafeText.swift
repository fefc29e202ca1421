import JSON
import Rules

extension String {
  /// Safe to show: what `isUnprintable` names is written as `\u{1b}`.
  public var shown: String {
    guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar.isUnprintable {
        text.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      } else {
        text.append(scalar)
      }
    }
    return String(text)
  }

  /// Columns on a terminal.
  var columns: Int { unicodeScalars.reduce(0) { $0 + DisplayText.width(of: $1) } }
}
