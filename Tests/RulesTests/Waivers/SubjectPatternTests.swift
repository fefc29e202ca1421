import Rules
import Testing

@Suite struct SubjectPatternTests {
  @Test(arguments: [
    ("*", "", true), ("*", "sysctl:net.ipv4.tcp_tw_reuse", true), ("", "", true), ("", "a", false),
    ("sysctl:net.ipv4.*", "sysctl:net.ipv4.tcp_rmem", true),
    ("sysctl:net.ipv4.*", "sysctl:net.ipv6.tcp_rmem", false),
    ("destination:*>192.0.2.7:5432", "destination:192.0.2.1>192.0.2.7:5432", true),
    ("destination:*>192.0.2.7:5432", "destination:192.0.2.1>192.0.2.7:54320", false),
    ("listener:tcp:[::]:808?", "listener:tcp:[::]:8081", true),
    ("listener:tcp:[::]:808?", "listener:tcp:[::]:808", false),
    ("a*b*c", "aXbXbc", true), ("a*b*c", "aXcXb", false), ("**a", "a", true), ("?*", "", false),
    ("unit:é?.service", "unit:éß.service", true), ("A", "a", false), ("a.c", "abc", false),
  ])
  func matches(_ pattern: String, _ subject: String, _ expected: Bool) {
    #expect(SubjectPattern(pattern).matches(subject) == expected)
  }

  // Trying every way to divide the text would not end in a lifetime. There is no limit of time: a
  // test of another thread's may hold up this one, and the clock of its trait runs meanwhile.
  @Test func takesNoLongerThanBothLengths() {
    let pattern = SubjectPattern(String(repeating: "*a", count: 500) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 5000)))
  }
}
