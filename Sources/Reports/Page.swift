/// Text being laid out: the one place that escapes what it is given, colours it and wraps it.
struct Page {
  private(set) var text = ""
  let width: Int
  let style: Style

  /// A piece of a line in one role.
  struct Run {
    var text: String
    var role: Style.Role
    /// Whether its spaces are part of it: names and labels. Prose is taken word by word.
    var isWhole: Bool
    /// Spaces between it and what stands before it on the line.
    var gap: Int

    init(_ text: String, _ role: Style.Role = .body, whole: Bool = false, gap: Int = 1) {
      self.text = text
      self.role = role
      isWhole = whole
      self.gap = gap
    }

    /// What lines may be broken between, escaped. Line breaks in prose count as spaces, so that
    /// nothing in it can begin a line of its own.
    var pieces: [(text: String, gap: Int)] {
      if isWhole { return [(text.shown, gap)] }
      var pieces = text.breakable
      for index in pieces.indices { pieces[index].text = pieces[index].text.shown }
      if !pieces.isEmpty { pieces[0].gap = gap }
      return pieces
    }
  }

  init(width: Int, style: Style) {
    // Narrower than this a terminal shows nothing useful either.
    self.width = max(20, width)
    self.style = style
  }

  /// Adds what was laid out elsewhere.
  mutating func append(_ other: Page) { text += other.text }

  mutating func blank() { if !text.isEmpty { text += "\n" } }

  /// One line as it is, however long: what is to be copied is never wrapped.
  mutating func line(indent: Int = 0, _ runs: Run...) { line(indent: indent, runs) }

  mutating func line(indent: Int = 0, _ runs: [Run]) {
    text += String(repeating: " ", count: indent)
    for run in runs { text += style.apply(run.role, to: run.text.shown) }
    text += "\n"
  }

  /// Prose, wrapped between words and wide characters; lines after the first start `hanging` further in.
  mutating func prose(indent: Int = 0, hanging: Int = 0, _ runs: Run...) {
    prose(indent: indent, hanging: hanging, runs)
  }

  mutating func prose(indent: Int = 0, hanging: Int = 0, _ runs: [Run]) {
    var current: [Run] = []
    var used = 0
    var margin = indent
    for run in runs {
      for (word, gap) in run.pieces {
        if !current.isEmpty && margin + used + gap + word.columns > width {
          line(indent: margin, current)
          current = []
          used = 0
          margin = indent + hanging
        }
        if current.isEmpty {
          current.append(Run(word, run.role))
        } else {
          used += gap
          let space = String(repeating: " ", count: gap)
          // Those of one role are joined, so that colour is switched only where the role changes.
          if current[current.count - 1].role == run.role {
            current[current.count - 1].text += space + word
          } else {
            current += [Run(space), Run(word, run.role)]
          }
        }
        used += word.columns
      }
    }
    if !current.isEmpty { line(indent: margin, current) }
  }
}
