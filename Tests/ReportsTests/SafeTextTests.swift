import Testing

@testable import Reports

@Suite struct SafeTextTests {
  @Test(arguments: [
    ("nginx", "nginx"),
    ("服务器 é", "服务器 é"),
    ("\u{1b}[31mred", #"\u{1b}[31mred"#),
    ("\u{9b}31m", #"\u{9b}31m"#),
    ("a\nb\r\tc", #"a\u{a}b\u{d}\u{9}c"#),
    ("a\r\nb", #"a\u{d}\u{a}b"#),
    ("\u{7f}", #"\u{7f}"#),
    ("\u{202e}gpj.exe", #"\u{202e}gpj.exe"#),
    ("a\u{2066}b\u{2069}", #"a\u{2066}b\u{2069}"#),
    ("zero\u{200b}width", #"zero\u{200b}width"#),
    ("\u{feff}bom", #"\u{feff}bom"#),
    ("\u{3164}", #"\u{3164}"#),
    ("\u{a0}nbsp", #"\u{a0}nbsp"#),
    ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#),
    ("\u{e0041}", #"\u{e0041}"#),
    ("x\u{fe0f}", #"x\u{fe0f}"#),
    (#"dev-disk-by\x2dlabel.swap"#, #"dev-disk-by\x2dlabel.swap"#),
  ])
  func showsWhatATerminalWouldHide(text: String, expected: String) {
    #expect(text.shown.unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test func countsColumns() {
    #expect("nginx".columns == 5)
    #expect("服务器".columns == 6)
    #expect("e\u{301}".columns == 1)
    #expect("😀".columns == 2)
  }
}
