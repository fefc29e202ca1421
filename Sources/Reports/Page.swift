/// Text being laid out: the one place that escapes what it is given, colours it and wraps it.
struct Page {
  private(set) var text = ""
  let width: Int
  let style: Style

  /// A piece of a line in one role.
  struct Run {
    var text: String
    var role: Style.Role

    init(_ text: String, _ role: Style.Role = .body) {
      self.text = text
      self.role = role
    }
  }

  init(width: Int, style: Style) {
    // Narrower than this a terminal shows nothing useful either.
    self.width = max(20, width)
    self.style = style
  }

  mutating func blank() { if !text.isEmpty { text += "\n" } }

  /// One line as it is, however long: what is to be copied is never wrapped.
  mutating func line(indent: Int = 0, _ runs: Run...) { line(indent: indent, runs) }

  mutating func line(indent: Int = 0, _ runs: [Run]) {
    text += String(repeating: " ", count: indent)
    for run in runs { text += style.apply(run.role, to: run.text.shown) }
    text += "\n"
  }

  /// Prose, wrapped between words; lines after the first start `hanging` further in. Line breaks
  /// count as spaces, so that nothing in a name can begin a line of its own.
  mutating func prose(indent: Int = 0, hanging: Int = 0, _ runs: Run...) {
    prose(indent: indent, hanging: hanging, runs)
  }

  mutating func prose(indent: Int = 0, hanging: Int = 0, _ runs: [Run]) {
    var current: [Run] = []
    var used = 0
    var margin = indent
    for run in runs {
      for word in run.text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
        let shown = String(word).shown
        if !current.isEmpty && margin + used + 1 + shown.columns > width {
          line(indent: margin, current)
          current = []
          used = 0
          margin = indent + hanging
        }
        append(shown, run.role, to: &current, &used)
      }
    }
    if !current.isEmpty { line(indent: margin, current) }
  }

  /// Joins words of one role, so that colour is switched only where the role changes.
  private func append(
    _ word: String, _ role: Style.Role, to line: inout [Run], _ used: inout Int
  ) {
    if let last = line.last {
      if last.role == role {
        line[line.count - 1].text += " " + word
      } else {
        line.append(Run(" "))
        line.append(Run(word, role))
      }
      used += 1
    } else {
      line.append(Run(word, role))
    }
    used += word.columns
  }
}
