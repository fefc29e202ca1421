import Testing

@testable import YAML

@Suite struct ForeignYAMLTests {
  private struct Result {
    var documents: [String] = []
    var problem: String?
  }

  /// Each document in one line, `…` for the parts that a template engine writes.
  private func read(_ text: String) -> Result {
    func show(_ node: YAMLNode) -> String {
      switch node.content {
      case .scalar(let scalar): plain(scalar.value)
      case .sequence(let nodes): "[\(nodes.map(show).joined(separator: " "))]"
      case .mapping(let entries):
        "{\(entries.map { "\(plain($0.key)): \(show($0.value))" }.joined(separator: ", "))}"
      case .refused: "!"
      }
    }
    func plain(_ text: String) -> String {
      String(text.split { $0 == "\u{e000}" }.joined(separator: "…"))
        + (TemplateMask.isTemplated(text) ? "…" : "")
    }
    var result = Result()
    let source = SourceText(foreign: "x.yaml", bytes: Array(text.utf8))
    let problem = ForeignYAML.read(source) { result.documents.append(show($0)) }
    result.problem = problem.map {
      let (line, column) = source.position(of: $0.range.lowerBound)
      return "\(line):\(column) \($0.message)"
    }
    return result
  }

  @Test func takesWhatOthersWrite() {
    #expect(read("a: 1\n---\nb: 2\n...\n---\n- c\n").documents == ["{a: 1}", "{b: 2}", "[c]"])
    #expect(read("a: &x {b: 1}\nc: *x\n").documents == ["{a: {b: 1}, c: {b: 1}}"])
    #expect(read("a: !!str 1\nb: !vault |\n  x\n").documents == ["{a: 1, b: !}"])
    #expect(read("a: 1\na: 2\n").documents == ["{a: 1, a: 2}"])
    #expect(read("? [a]\n: b\nc: d\n").documents == ["{c: d}"])
    #expect(read("\u{feff}a: 1\r\nb: 2\r\n").documents == ["{a: 1, b: 2}"])
    #expect(read("a: *nothing\n").documents == ["{a: !}"])
    #expect(read("a: &x\n  b: *x\n").documents == ["{a: {b: !}}"])
  }

  @Test func mergesWhatIsNotThere() {
    #expect(
      read("x: &x {a: 1, b: 2}\ny: &y {c: 3, a: 4}\nz:\n  <<: [*x, *y]\n  b: 5\n").documents
        == ["{x: {a: 1, b: 2}, y: {c: 3, a: 4}, z: {b: 5, a: 1, c: 3}}"])
    #expect(read("x: &x {a: 1}\nz:\n  <<: *x\n").documents == ["{x: {a: 1}, z: {a: 1}}"])
  }

  @Test func hidesTemplates() {
    #expect(read("a: {{ x }}\nb: '{{ y }}'\n").documents == ["{a: …, b: …}"])
    #expect(read("{{- if .Values.x }}\na: 1\n{{- end }}\n").documents == ["{a: 1}"])
    #expect(
      read("{% for x in y %}\n- {{ x.name }}: 1{{ z }}\n{% endfor %}\n").documents == [
        "[{…: 1…}]"
      ])
    #expect(read("a:\n  {{- toYaml .Values.a | nindent 2 }}\nb: 1\n").documents == ["{a: , b: 1}"])
    #expect(read("a: {{ foo\n  bar }}\nb: 1\n").documents == ["{a: …, b: 1}"])
    #expect(read("a: {b: {c: 1}}\n").documents == ["{a: {b: {c: 1}}}"])
    let unclosed = String(repeating: "a: {{ x\n", count: 50_000)
    #expect(read(unclosed).problem != nil)
  }

  @Test func keepsPlacesUnderTemplates() {
    let source = SourceText(foreign: "x", bytes: Array("{{ é }}\na: {{ 服 }}x\n".utf8))
    var place: String?
    _ = ForeignYAML.read(source) { place = source.text($0["a"]?.range ?? 0..<0) }
    #expect(place == "{{ 服 }}x")
  }

  @Test func saysWhereReadingEnds() {
    let result = read("a: 1\n---\nb: [\n---\nc: 1\n")
    #expect(result.documents == ["{a: 1}"])
    #expect(result.problem?.hasPrefix("4:1 not valid YAML: ") == true)
  }

  @Test func boundsWhatAliasesRepeat() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      bomb += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(
      read(bomb).problem == "6:10 not valid YAML: more than 250000 values in one document")
    var merges = "a0: &a0 {k: 1}\n"
    for level in 1...60 {
      merges += "a\(level): &a\(level) {<<: [*a\(level - 1), *a\(level - 1)], k\(level): 1}\n"
    }
    #expect(read(merges).problem?.contains("more than") == true)
  }

  @Test func boundsDepthAndSize() {
    for piece in ["[", "{a: ", "- ", "? "] {
      let text = String(repeating: piece, count: 100_000)
      #expect(read(text).problem?.contains("nested deeper than 128 levels") == true, "\(piece)")
    }
    #expect(read(String(repeating: "- a\n", count: 300_000)).problem?.contains("more than") == true)
  }

  @Test func takesBytesThatAreNoText() {
    let source = SourceText(foreign: "x", bytes: [0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a])
    var value: String?
    #expect(ForeignYAML.read(source) { value = $0["a"]?.text } == nil)
    #expect(value == "\u{fffd}\u{fffd}")
    #expect(read("a: \u{1}\u{9f}\u{feff}\n").documents == ["{a: \u{fffd}\u{fffd}\u{fffd}}"])
  }
}
