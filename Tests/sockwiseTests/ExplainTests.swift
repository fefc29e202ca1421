import TestSupport
import Testing

/// `sockwise explain` through the built binary.
struct ExplainTests {
  private func explain(_ arguments: String..., locale: String? = nil) throws -> Subprocess.Result {
    let script = locale.map { "unset LC_ALL; export \($0); exec \"$@\"" }
    return try BuiltBinary.run(["explain"] + arguments, through: script)
  }

  @Test(arguments: ["en", "zh"]) func `a topic is a page`(_ language: String) throws {
    let result = try explain("connect-port-choice", "--lang", language)
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    Golden.expect(result.output, matches: "topics/connect-port-choice.\(language).txt")
  }

  @Test func `a rule has its title and headings in Chinese`() throws {
    let result = try explain("listener-without-reuseaddr", "--lang", "zh")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("监听套接字未设置 SO_REUSEADDR，残留连接会使重启失败\n"))
    for heading in ["原因", "条件", "示例", "参考资料"] {
      #expect(result.output.contains("\n\(heading)\n"), "lacks \(heading)")
    }
  }

  @Test func `rules and topics name what proves them here`() throws {
    let rule = try explain("tw-reuse-needed").output
    #expect(rule.contains("\nProof\n  sockwise prove tw-reuse-connect\n"))
    let chinese = try explain("tw-reuse-needed", "--lang", "zh").output
    #expect(chinese.contains("\n证据\n  sockwise prove tw-reuse-connect\n"))
    let topic = try explain("reuseport-and-uids").output
    #expect(
      topic.contains("\n  sockwise prove reuseport-shares-listener reuseport-other-uid-refused\n"))
    #expect(!(try explain("close-wait").output).contains("sockwise prove"))
  }

  @Test func `without a name topics and then rules are listed`() throws {
    let lines = try explain().output.split(separator: "\n")
    let rules = try #require(lines.firstIndex(of: "Rules"))
    #expect(lines.first == "Topics")
    let ids = try TextFile.read("\(Checkout.root)/Tests/Fixtures/topics/ids.txt")
    let topics = lines[1..<rules].compactMap { $0.split(separator: " ").first }
    #expect(topics == ids.split(separator: "\n"))
    let list = try BuiltBinary.run(["rules", "list"]).output.split(separator: "\n")
    #expect(lines[(rules + 1)...].map { $0.dropFirst(2) } == list)
    let chinese = try explain("--lang", "zh").output
    #expect(chinese.hasPrefix("主题\n"))
    #expect(chinese.contains("\n规则\n"))
    #expect(chinese.contains("TCP 时间戳已关闭"))
  }

  @Test(arguments: [
    ("LANG=zh_CN.UTF-8", true), ("LC_MESSAGES=zh LANG=en_US.UTF-8", true),
    ("LC_ALL=C LANG=zh_CN.UTF-8", false), ("LC_ALL= LANG=zh_TW.UTF-8", true),
    ("LANG=zhx", false), ("LANG=de_DE.UTF-8", false), ("LANG=", false),
    ("LANG=zh_CN.GBK", false), ("LANG=zh_CN.utf8@x", true), ("LANG=zh_CN", true),
  ]) func `the locale chooses the language`(_ locale: String, _ isChinese: Bool) throws {
    let result = try explain("tcp-tw-reuse", locale: locale)
    #expect(result.output.contains("\n常见说法\n") == isChinese)
    #expect(result.output.contains("\nWhat is said\n") != isChinese)
    let named = try explain("tcp-tw-reuse", "--lang", "en", locale: locale)
    #expect(named.output.contains("\nWhat is said\n"))
  }

  @Test func `another language is refused with those that there are`() throws {
    let result = try explain("tcp-tw-reuse", "--lang", "fr")
    #expect(result.status == 2)
    #expect(result.errors.contains("'en' and 'zh'"))
    #expect(result.output.isEmpty)
  }

  @Test(arguments: [
    ("tcp-tw-resue", "tcp-tw-reuse"), ("timestamp-disabled", "timestamps-disabled"),
  ]) func `a misspelt name is guessed among topics and rules`(_ name: String, _ right: String)
    throws
  {
    let result = try explain(name)
    #expect(result.status == 2)
    #expect(
      result.errors.hasPrefix(
        "sockwise: no rule or topic is called '\(name)'; did you mean '\(right)'?\n"))
  }
}
