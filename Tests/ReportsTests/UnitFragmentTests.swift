import Rules
import Testing

@testable import Reports

@Suite struct UnitFragmentTests {
  @Test func namesTheUnitItsDropInAndTheLines() throws {
    let fragment = try #require(
      UnitFragment([
        .init(key: "api.service", value: "[Service]"),
        .init(key: "api.service", value: "RestartSec=65"),
      ]))
    #expect(fragment.unit == "api.service")
    #expect(fragment.path == "/etc/systemd/system/api.service.d/60-sockwise.conf")
    #expect(fragment.text == "[Service]\nRestartSec=65\n")
  }

  @Test func aValueCannotBeginALine() throws {
    let fragment = try #require(
      UnitFragment([.init(key: "a\nb.service", value: "ExecStart=x\nUser=root")]))
    #expect(fragment.unit == "a\\u{a}b.service")
    #expect(fragment.text == "ExecStart=x\\u{a}User=root\n")
  }

  @Test func withoutSettingsThereIsNone() {
    #expect(UnitFragment([]) == nil)
  }
}
