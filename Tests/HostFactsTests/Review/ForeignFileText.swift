import CEL
import YAML

@testable import HostFacts

extension ForeignFile {
  /// Key and value as the places in the file hold them, behind the line; then what they are taken
  /// for, and marks.
  var shown: [String] {
    var shown = statements.map { statement in
      let value = String(decoding: statement.value ?? [], as: UTF8.self)
      var text = "\(statement.keyLocation.line ?? 0): \(spelling(statement.keyLocation))"
      text += "|" + (statement.valueLocation.map(spelling) ?? "")
      text += " \(statement.key.dotted) = \(value)"
      if statement.ignoresFailure { text += " (ignored)" }
      if ContainerNamespace(of: statement.key) != nil,
        statement.writer == .kubernetes || statement.writer == .compose
      {
        switch statement.usesHostNamespace {
        case true?: text += " (of the host)"
        case false?: break
        case nil: text += " (perhaps of the host)"
        }
      }
      return text
    }
    shown += skipped.map { "\($0.location.line ?? 0): \(spelling($0.location)) skipped" }
    if templated > 0 { shown.append("\(templated) templated") }
    return shown
  }

  private func spelling(_ place: CEL.SourceLocation) -> String {
    guard let line = place.line, let range = source.range(ofLine: line),
      let column = place.column, let end = place.endColumn
    else { return "?" }
    return source.text(range.lowerBound + column - 1..<range.lowerBound + end - 1)
  }
}

/// What a YAML file sets, and why reading it ended early.
func yaml(_ text: String) -> [String] {
  var file = ForeignFile(path: "x.yaml", bytes: Array(text.utf8))
  let why = file.readYAML()
  return file.shown + (why.map { [$0.reason] } ?? [])
}
