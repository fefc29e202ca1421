import Testing

@testable import Reports

@Suite struct PageTests {
  @Test func wrapsBetweenWords() {
    var page = Page(width: 20, style: .plain)
    page.prose(indent: 2, hanging: 2, .init("one two three four five"))
    #expect(page.text == "  one two three four\n    five\n")
  }

  @Test func aWordThatIsTooLongStaysWhole() {
    var page = Page(width: 20, style: .plain)
    page.prose(.init("see https://example.org/a/long/address now"))
    #expect(page.text == "see\nhttps://example.org/a/long/address\nnow\n")
  }

  @Test func wideCharactersCountTwice() {
    var page = Page(width: 20, style: .plain)
    page.prose(.init("服务器服务器 服务器服"))
    #expect(page.text == "服务器服务器 服务器\n服\n")
  }

  @Test func aLineNeitherBeginsNorEndsWithPunctuationThatIsNotForIt() {
    var page = Page(width: 20, style: .plain)
    page.prose(.init("端口范围端口范围端口，监听套接字套接（字）"))
    #expect(page.text == "端口范围端口范围端\n口，监听套接字套接\n（字）\n")
  }

  @Test func wordsBetweenWideCharactersStayWhole() {
    var page = Page(width: 20, style: .plain)
    page.prose(.init("设置 tcp_tw_reuse=1之后，connect() 成功。"))
    #expect(page.text == "设置 tcp_tw_reuse=1\n之后，connect() 成\n功。\n")
  }

  /// As files are wrapped: between wide characters a line's end is no space.
  @Test func aLineBreakBetweenWideCharactersIsNoSpace() {
    var page = Page(width: 60, style: .plain)
    page.prose(.init("监听\n套接字，\nbind() 失败\nagain 重试"))
    #expect(page.text == "监听套接字，bind() 失败 again 重试\n")
  }

  @Test func aNameCannotBeginALine() {
    var page = Page(width: 40, style: .plain)
    page.prose(indent: 2, .init("held by 'x\nHIGH  all is lost\r\n\n'"))
    #expect(page.text == "  held by 'x HIGH all is lost '\n")
  }

  @Test func aWholeNameKeepsItsSpacesAndShowsItsLineBreaks() {
    var page = Page(width: 40, style: .plain)
    page.prose(.init("rule"), .init("unit:a  b\nc", whole: true, gap: 2))
    #expect(page.text == "rule  unit:a  b\\u{a}c\n")
  }

  @Test func switchesColourOnlyWhereTheRoleChanges() {
    var page = Page(width: 40, style: .coloured)
    page.prose(.init("two words", .strong), .init("and plain"), .init("faint", .faint))
    #expect(page.text == "\u{1b}[1mtwo words\u{1b}[0m and plain \u{1b}[2mfaint\u{1b}[0m\n")
  }

  @Test func escapesInsideColour() {
    var page = Page(width: 40, style: .coloured)
    page.line(.init("\u{1b}[0m", .strong))
    #expect(page.text == "\u{1b}[1m\\u{1b}[0m\u{1b}[0m\n")
  }
}
