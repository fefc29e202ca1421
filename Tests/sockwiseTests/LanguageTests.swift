import TestSupport
import Testing

/// Titles and remedies in Chinese, through the built binary.
struct LanguageTests {
  private static let title = "通往某一目标的本地端口已用尽"
  private static let remedy = "保持连接并重复使用（keep-alive、连接池），这样就消除了起因。"

  private func audit(_ arguments: [String], locale: String? = nil) throws -> Subprocess.Result {
    let script = locale.map { "unset LC_ALL; export \($0); exec \"$@\"" }
    let host = "\(Checkout.root)/Tests/Fixtures/hosts/sick-client/host"
    return try BuiltBinary.run(["audit", "--root", host] + arguments, through: script)
  }

  @Test func `an audit is for people in the language that they ask for`() throws {
    let directory = try TemporaryDirectory()
    let files = ["markdown", "html", "json"].flatMap {
      ["--output", "\($0)=\(directory.path($0))"]
    }
    let result = try audit(["--lang", "zh"] + files)
    #expect(result.status == 1 && result.errors == "")
    for text in [
      result.output, try TextFile.read(directory.path("markdown")),
      try TextFile.read(directory.path("html")),
    ] {
      #expect(text.contains(Self.title))
      #expect(text.contains("处理办法"))
      // However lines are wrapped.
      #expect(text.filter { $0 != " " && $0 != "\n" }.contains(Self.remedy))
    }
    let json = try TextFile.read(directory.path("json"))
    #expect(!json.contains(Self.title) && !json.contains("处理办法"))
  }

  @Test(arguments: [("LANG=zh_CN.UTF-8", true), ("LANG=en_GB.UTF-8", false)])
  func `or in that of the locale`(_ locale: String, _ isChinese: Bool) throws {
    #expect(try audit([], locale: locale).output.contains(Self.title) == isChinese)
    #expect(!(try audit(["--lang", "en"], locale: locale).output.contains(Self.title)))
  }

  @Test func `so is a review`() throws {
    let directory = try TemporaryDirectory()
    try TextFile.write("net.ipv4.tcp_tw_recycle = 1\n", to: directory.path("sysctl.d/60-x.conf"))
    let result = try BuiltBinary.run(["review", directory.path("."), "--lang", "zh"])
    #expect(result.output.contains("删除该行。"))
  }

  @Test func `an explained rule has its remedies in it`() throws {
    let result = try BuiltBinary.run(["explain", "destination-exhausted", "--lang", "zh"])
    #expect(result.output.contains("处理办法："))
    #expect(!result.output.contains("Remedy:"))
  }
}
