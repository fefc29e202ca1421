import Testing

@Suite struct ManualPageTests {
  private let text = """
    .Sh A
    .\\" BEGIN one
    old
    .\\" END one
    .\\" EXAMPLE rule x.yaml
    .Bd -literal
    a: 'b'
    .Ed
    it's
    """

  @Test func fillsRegionsOnly() {
    var page = ManualPage("x", text: text)
    page.fill("one", with: ["new", "lines"])
    #expect(page.text.hasPrefix(".Sh A\n.\\\" BEGIN one\nnew\nlines\n.\\\" END one\n"))
  }

  @Test func escapesDisplaysOnceAndReadsThemBack() {
    let page = ManualPage("x", text: text)
    #expect(page.text.hasSuffix("a: \\(aqb\\(aq\n.Ed\nit's"))
    #expect(ManualPage("x", text: page.text).text == page.text)
    #expect(page.examples.map(\.kind) == [["rule", "x.yaml"]])
    #expect(page.examples.map(\.text) == ["a: 'b'\n"])
  }
}
