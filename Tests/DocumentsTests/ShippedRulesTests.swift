import CEL
import HostFacts
import RuleData
import Testing

@testable import Rules
@testable import sockwise

/// An audit reads the shipped rules as the build compiled them.
struct ShippedRulesTests {
  private static let whole = RuleSet.load([.builtIn], schema: Host.schema)
  private static let compiled = RuleSet.load([.builtIn], schema: Host.schema, compiled: true)

  @Test func `none has a problem`() {
    #expect(Self.whole.diagnostics.map { $0.rendered() } == [])
    #expect(Self.whole.rules.count == RuleData.files.count)
  }

  @Test(arguments: whole.rules.map(\.id))
  func `each has its title and remedies in Chinese`(_ id: String) throws {
    let rule = try #require(Self.whole.rule(id))
    let chinese = try #require(rule.translation(in: "zh"))
    let texts = rule.remedies.count { remedy in
      switch remedy.action {
      case .code, .note: true
      case .sysctl, .unit: false
      }
    }
    #expect(chinese.texts.count == texts)
    for text in [chinese.title ?? ""] + chinese.texts.map(\.text) {
      #expect(text.unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) }, "\(text)")
    }
  }

  @Test func `the build compiled each as it is`() throws {
    #expect(Self.compiled.rules.map(\.id) == Self.whole.rules.map(\.id))
    #expect(Self.compiled.rawSysctls == Self.whole.rawSysctls)
    // What cannot be read as compiled would be read from its text, without a word.
    for file in RuleSource.builtIn.files {
      let rule = try #require(file.builtIn)
      #expect(RuleFile(rule, schema: Host.schema) != nil, "\(file.path)")
    }
    for (compiled, whole) in zip(Self.compiled.rules, Self.whole.rules) {
      let text = try whole.compiled()
      #expect(
        RuleData.files.contains { "\($0.compiled)".utf8.elementsEqual(text.utf8) }, "\(whole.id)")
      #expect(try compiled.compiled() == text, "\(whole.id)")
      #expect(compiled.tests.count == whole.tests.count, "\(whole.id)")
    }
  }
}
