import CEL
import Testing

@testable import Rules

@Suite struct TemplateTests {
  @Test func findsPlaceholders() {
    #expect(
      Template.Outline("a {{ b }} c{{d}}").parts == [
        .text("a "), .placeholder(" b ", at: 4), .text(" c"), .placeholder("d", at: 13),
      ])
    #expect(Template.Outline("no braces { } }}").parts == [.text("no braces { } }}")])
    #expect(
      Template.Outline(#"{{ {"a": {"b": "}}"}}["a"] }}!"#).parts == [
        .placeholder(#" {"a": {"b": "}}"}}["a"] "#, at: 2), .text("!"),
      ])
    #expect(Template.Outline("").parts.isEmpty)
  }

  @Test func findsWhatIsNotClosed() {
    #expect(Template.Outline("a {{ b").unclosed == 2..<4)
    #expect(Template.Outline("a {{ b } c").unclosed == 2..<4)
    #expect(Template.Outline("a {{ 'b }}").unclosed == 2..<4)
  }

  @Test func joinsLines() {
    #expect(Template.Outline("a\nb\n\n  c\n").parts == [.text("a b c")])
    #expect(
      Template.Outline("a\n{{ x }}\nb\n").parts == [
        .text("a "), .placeholder(" x ", at: 4), .text(" b"),
      ])
  }

  @Test func `lines of Chinese are joined without a space`() {
    #expect(Template.Outline("端口，\n  套接字 a\n端口\n").parts == [.text("端口，套接字 a 端口")])
    #expect(
      Template.Outline("端口\n{{ x }}\n端口").parts == [
        .text("端口 "), .placeholder(" x ", at: 5), .text(" 端口"),
      ])
  }

  @Test(arguments: [
    (Value.int(28232), "28232"), (.uint(7), "7"), (.bool(true), "true"), (.string("a b"), "a b"),
    (.double(95), "95"), (.double(95.04), "95"), (.double(95.06), "95.1"), (.double(-0.04), "0"),
    (.double(-1.25), "-1.3"), (.double(0.5), "0.5"), (.double(.infinity), "∞"),
    (.double(1e300), "1e+300"), (.list([.int(1), .string("b")]), "1, b"), (.list([]), ""),
    (.duration(.seconds(62)), "62 s"), (.duration(.milliseconds(1500)), "1.5 s"),
    (.duration(.milliseconds(200)), "200 ms"), (.duration(.zero), "0 s"),
    (.intSet(IntegerSet([80...80, 8000...8009])), "80,8000-8009"),
  ])
  func printsValues(_ value: Value, _ text: String) {
    #expect(ValueText.printed(value) == text)
  }

  @Test func printsNothingForWhatIsMissing() {
    #expect(ValueText.printed(.error(EvaluationError("x"))) == nil)
    #expect(ValueText.printed(.unknown(Unknown([]))) == nil)
    #expect(ValueText.printed(.list([.int(1), .unknown(Unknown([]))])) == nil)
  }

  @Test(arguments: [
    ("5s", Duration.seconds(5)), ("1.5s", .milliseconds(1500)), ("1h30m", .seconds(5400)),
    ("200ms", .milliseconds(200)), ("-2m", .seconds(-120)), ("7us", .microseconds(7)),
  ])
  func readsDurations(_ text: String, _ duration: Duration) {
    #expect(DurationText.parse(text) == duration)
  }

  @Test(arguments: ["", "s", "5", "-", "5x", ".5s", "1.2.3s", "99999999999h"])
  func refusesWhatIsNoDuration(_ text: String) {
    #expect(DurationText.parse(text) == nil)
  }
}
