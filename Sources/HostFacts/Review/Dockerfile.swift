internal import YAML

// Dockerfiles have no instruction for kernel parameters. What RUN sets holds while the image is built,
// if at all, and is in no image; CMD and ENTRYPOINT set it where the container may.
// https://docs.docker.com/reference/dockerfile/
extension ForeignFile {
  mutating func readDockerfile() {
    let escape = dockerEscape
    var offset = 0
    while offset < source.scalars.count {
      var line = source.line(around: offset)
      let instruction = line
      // A continued line ends in the escape, blanks after it included.
      while isContinued(line, by: escape), let next = source.lineAfter(line.lowerBound) {
        line = next
        // Comments and blank lines do not end it.
        while isCommentOrBlank(line), let next = source.lineAfter(line.lowerBound) { line = next }
      }
      offset = source.lineAfter(line.lowerBound)?.lowerBound ?? source.scalars.count
      guard let body = command(in: instruction.lowerBound..<line.upperBound) else { continue }
      let isList = body.first.map { source.scalars[$0] == "[" } ?? false
      let words = ShellWords(source.scalars, in: body, escape: escape, isList: isList).words
      note(words)
      for delimiter in hereDocuments(words) {
        while offset < source.scalars.count {
          let line = source.line(around: offset)
          offset = source.lineAfter(line.lowerBound)?.lowerBound ?? source.scalars.count
          if trimmed(source.text(line.prefix(delimiter.count + 64))) == delimiter { break }
          note(ShellWords(source.scalars, in: line, escape: escape).words)
        }
      }
    }
  }

  private mutating func note(_ words: [ShellWords.Word]) {
    add(.dockerfile, ShellCommands(words).assignments)
  }

  /// What follows RUN, CMD or ENTRYPOINT.
  private func command(in range: Range<Int>) -> Range<Int>? {
    let words = range.drop { isBlank(source.scalars[$0]) }
    let name = words.prefix(16).prefix { !isBlank(source.scalars[$0]) }
    guard ["RUN", "CMD", "ENTRYPOINT"].contains(source.text(name).uppercased()) else { return nil }
    return (name.upperBound..<range.upperBound).drop { isBlank(source.scalars[$0]) }
  }

  private func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n"
  }

  private func isContinued(_ line: Range<Int>, by escape: Unicode.Scalar) -> Bool {
    if isCommentOrBlank(line) { return false }
    return line.last { !isBlank(source.scalars[$0]) }.map { source.scalars[$0] == escape } ?? false
  }

  private func isCommentOrBlank(_ line: Range<Int>) -> Bool {
    line.first { !isBlank(source.scalars[$0]) }.map { source.scalars[$0] == "#" } ?? true
  }

  /// The escape that a directive in the first lines chooses: `# escape=`.
  private var dockerEscape: Unicode.Scalar {
    for number in 1...3 {
      guard let line = source.range(ofLine: number) else { break }
      let text = source.text(line.prefix(64)).filter { $0 != " " }.lowercased()
      guard text.hasPrefix("#") else { break }
      if text == "#escape=`" { return "`" }
    }
    return "\\"
  }

  /// The delimiters of here-documents: `<<EOF`, `<<-"EOF"`.
  private func hereDocuments(_ words: [ShellWords.Word]) -> [String] {
    zip(words, words.dropFirst()).compactMap { mark, word in
      guard mark.isOperator, mark.text == "<<", !word.isOperator else { return nil }
      let name = word.text.hasPrefix("-") ? String(word.text.dropFirst()) : word.text
      return name.isEmpty ? nil : name
    }
  }
}
