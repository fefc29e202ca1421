import Testing

@testable import HostFacts

/// Which lines of a template stand there as they are.
@Suite struct TemplateLinesTests {
  private func literal(_ text: String, path: String = "x.conf.j2") -> (text: String, count: Int)? {
    TemplateLines(Array(text.utf8), path: path).map {
      (String(decoding: $0.literal, as: UTF8.self), $0.count)
    }
  }

  @Test(arguments: [
    ("a = {{ x }}\nb = 1\n", "#\nb = 1\n", 1),
    ("{% if x %}\na = 1\n{% else %}\na = {{ y }}\n{%- endif %}", "#\na = 1\n#\n#\n#", 1),
    ("# {{ ansible_managed }}\na = 1", "#\na = 1", 0),
    ("{# one\na = 1\n#}\nb = 1", "#\n#\n#\nb = 1", 0),
    ("a = {{ x |\n  y }}\nb = 1", "#\n#\nb = 1", 2),
    ("<% if x -%>\na = <%= @y %>\n<%= z %>\n", "#\n#\n#\n", 2),
    ("a = ${X}\nb = $X\n", "#\nb = $X\n", 1),
    ("a = @X_1@\nb = a@b.c\nc = @bindir@/x", "#\nb = a@b.c\n#", 2),
    ("a = {{ x\nb = 1 {% y\n${\n{{ }}", "#\n#\n#\n#", 1),
  ]) func linesThatStandThere(_ text: String, _ expected: String, _ count: Int) throws {
    let found = try #require(literal(text))
    #expect(found.text == expected)
    #expect(found.count == count)
  }

  @Test func otherTextIsNoTemplate() {
    for text in ["", "a = 1\n", "a = {x}\n", "a = {{ 1", "a = $X", "a = ${X\n}", "100 %}"] {
      #expect(literal(text) == nil, "\(text)")
    }
    // Not where the name does not say that it is one.
    #expect(literal("a = @X@ {# x #}\n", path: "x.conf") == nil)
    #expect(literal("a = {{ x }}\n", path: "x.conf")?.text == "#\n")
  }

  /// In a file that is no template by its name nothing hides the lines after it.
  @Test(
    arguments: [
      ("# fold {{{\na = 1\n# }}}\n", nil), (" ; see ${DOCS}\na = 1\n# {% x\n", nil),
      ("a = {{ x\nb = 1\nc = 2 }}\n", "#\nb = 1\nc = 2 }}\n"),
      ("{% if x %}\na = 1\n<% y\nb = 1", "#\na = 1\n#\nb = 1"),
    ] as [(String, String?)])
  func partsEndWithTheirLine(_ text: String, _ expected: String?) {
    #expect(literal(text, path: "x.conf")?.text == expected)
  }

  @Test func someLinesDecideAboutOthers() {
    func decides(_ text: String) -> Bool? {
      TemplateLines(Array(text.utf8), path: "x.conf")?.decides
    }
    #expect(decides("{% if x %}\na = 1\n{% endif %}") == true)
    #expect(decides("<% if x %>\na = 1") == true)
    #expect(decides("a = <%= x %>\nb = {{ y }}") == false)
  }

  @Test(arguments: ["x.conf.j2", "x.conf"]) func manyOpeningsEnd(_ path: String) {
    let text = String(repeating: "{{{%<%${@", count: 200_000)
    #expect(literal(text, path: path)?.text == (path == "x.conf" ? "#" : nil))
    #expect(literal(String(repeating: " \n", count: 500_000) + "{{", path: "x.conf") != nil)
  }

  @Test func namesOfResults() {
    #expect(TemplateLines.nameOfResult("a/sysctl.conf.j2") == "a/sysctl.conf")
    #expect(TemplateLines.nameOfResult("api.service.in") == "api.service")
    #expect(TemplateLines.nameOfResult("a.conf") == nil)
  }
}
