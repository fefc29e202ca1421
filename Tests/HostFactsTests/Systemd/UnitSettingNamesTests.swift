import Testing

@testable import HostFacts

@Suite struct UnitSettingNamesTests {
  /// They are found by halving.
  @Test(arguments: ["Unit", "Install", "Service", "Socket"])
  func namesAreInOrder(section: String) {
    for table in UnitSettingNames.tables(section) {
      let names = table.entries().map(\.key)
      #expect(names == names.sorted())
      #expect(Set(names).count == names.count)
      for name in names { #expect(UnitSettingNames.find(name, in: section).isKnown, "\(name)") }
    }
  }

  @Test(
    arguments: [
      ("ExecStart", ["Service"], nil), ("ListenStream", ["Socket"], nil),
      ("LimitNOFILE", ["Service", "Socket"], nil), ("StartLimitBurst", ["Service", "Unit"], nil),
      ("WantedBy", ["Install"], nil), ("RestartSteps", ["Service"], 254),
      ("AcceptSockets", [], nil),
      ("", [], nil),
    ] as [(String, [String], Int?)])
  func aNameHasItsSections(name: String, sections: [String], since: Int?) {
    #expect(UnitSettingNames.sections(of: name) == sections)
    for section in sections { #expect(UnitSettingNames.find(name, in: section).since == since) }
    #expect(!UnitSettingNames.find(name, in: "X-Mine").isKnown)
  }
}
