import TestSupport
import Testing

@testable import HostFacts

/// What an image boots with.
@Suite struct GrubDefaultsTests {
  /// `/etc/default/grub`, and files of `grub.d` from `1.cfg` on.
  private func read(_ texts: [String]) throws -> GrubDefaults {
    let image = try TemporaryDirectory()
    for (index, text) in texts.enumerated() {
      let name = index == 0 ? "grub" : "grub.d/\(index).cfg"
      try TextFile.write(text, to: image.path("etc/default/\(name)"))
    }
    return GrubDefaults(HostRoot(image.path))
  }

  private func show(_ defaults: GrubDefaults) -> [String] {
    defaults.statements.map {
      "\($0.key.dotted)=\(String(decoding: $0.value ?? [], as: UTF8.self))"
    }
  }

  /// As a shell that reads one after another.
  @Test(arguments: [
    (["LINUX_DEFAULT=sysctl.vm.a=1", "LINUX_DEFAULT=sysctl.vm.b=1"], ["vm.b=1"]),
    (
      [
        "LINUX_DEFAULT=sysctl.vm.a=1",
        #"LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT sysctl.vm.b=1""#,
      ],
      ["vm.a=1", "vm.b=1"]
    ),
    (
      ["LINUX=sysctl.vm.a=1", #"LINUX="sysctl.vm.b=1 ${GRUB_CMDLINE_LINUX}""#],
      ["vm.a=1", "vm.b=1"]
    ),
    (["LINUX=sysctl.vm.a=1", #"LINUX+=" sysctl.vm.b=1""#], ["vm.a=1", "vm.b=1"]),
    (["LINUX=sysctl.vm.a=1", #"LINUX='$GRUB_CMDLINE_LINUX sysctl.vm.b=1'"#], ["vm.b=1"]),
    (["LINUX=sysctl.vm.a=1", #"LINUX="\$GRUB_CMDLINE_LINUX sysctl.vm.b=1""#], ["vm.b=1"]),
    (["LINUX=sysctl.vm.a=1", "LINUX="], []),
    // Each replaces its own. Of both the default comes last.
    (["LINUX_DEFAULT=sysctl.vm.a=1", "LINUX=sysctl.vm.a=2"], ["vm.a=2", "vm.a=1"]),
    (["LINUX=sysctl.vm.a=1\nexport GRUB_CMDLINE_LINUX=sysctl.vm.b=1"], ["vm.b=1"]),
    // Whether these are run is not known.
    (["LINUX=sysctl.vm.a=1\n  GRUB_CMDLINE_LINUX=sysctl.vm.b=1"], ["vm.a=1", "vm.b=1"]),
    (["LINUX=sysctl.vm.a=1\n#GRUB_CMDLINE_LINUX=\n # GRUB_CMDLINE_LINUX="], ["vm.a=1"]),
  ])
  func laterAssignmentsReplace(_ ends: [String], _ expected: [String]) throws {
    let defaults = try read(ends.map { "GRUB_CMDLINE_\($0)\n" })
    #expect(show(defaults) == expected)
    #expect(defaults.gap == nil)
  }

  @Test func otherVariablesAreForOtherKernels() throws {
    let names = [
      "LINUX_RECOVERY", "LINUX_XEN_REPLACE", "LINUX_XEN_REPLACE_DEFAULT", "LINUX_DEFAULTS", "XEN",
    ]
    let text = names.map { "GRUB_CMDLINE_\($0)=\"$X sysctl.vm.a=1\"\n" }.joined()
    let defaults = try read([text, text])
    #expect(show(defaults) == [] && defaults.gap == nil)
    var file = ForeignFile(path: "etc/default/grub", bytes: Array(text.utf8))
    file.readGrub()
    #expect(file.statements.isEmpty && file.templated == 0)
  }

  @Test(arguments: [
    #""quiet $EXTRA""#, #""${EXTRA:-a} sysctl.vm.a=1""#, "\"`cat /x`\"", "\"$(cat /x)\"",
    #""sysctl.vm.a=$X""#, "\"quiet \\", "\"quiet", "'sysctl.vm.{{y}}=1'",
  ])
  func whatOthersWriteIsNotKnown(_ value: String) throws {
    let first = try read(["\nGRUB_CMDLINE_LINUX=\(value)\n"])
    let gap = "'/etc/default/grub':2: what variables, commands or other lines write is not known"
    #expect(first.gap?.reason == gap)
    let kept = try read(["\nGRUB_CMDLINE_LINUX=\(value)\n", "GRUB_CMDLINE_LINUX+=' a'\n"])
    #expect(kept.gap?.reason == gap)
    let replaced = try read(["GRUB_CMDLINE_LINUX=\(value)\n", "GRUB_CMDLINE_LINUX=quiet\n"])
    #expect(replaced.gap == nil)
  }

  @Test func whatCannotBeReadIsSaid() throws {
    #expect(try read([]).gap == nil)
    let image = try TemporaryDirectory()
    try TextFile.write("GRUB_CMDLINE_LINUX=sysctl.vm.a=1\n", to: image.path("etc/default/grub"))
    let long = [UInt8](repeating: UInt8(ascii: "\n"), count: (1 << 20) + 1)
    try TextFile.write(long, to: image.path("etc/default/grub.d/1.cfg"))
    let defaults = GrubDefaults(HostRoot(image.path))
    #expect(show(defaults) == ["vm.a=1"])
    #expect(defaults.gap?.reason.contains("/etc/default/grub.d/1.cfg") == true)
    let configuration = SysctlConfiguration.read(HostRoot(image.path), kernels: [])
    #expect(configuration.assignments.rest == defaults.gap)
    #expect(configuration.keys.rest == defaults.gap)
    #expect(configuration.skippedLines.rest == nil)

    let many = (0...1000).map { "sysctl.vm.a\($0)=1" }.joined(separator: " ")
    let cut = try read(["GRUB_CMDLINE_LINUX=\"\(many)\"\n"])
    #expect(cut.gap?.reason == "'/etc/default/grub' sets more than 1000 parameters")
  }
}
