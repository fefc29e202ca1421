import TestSupport
import Testing

/// `sockwise audit --root` of the files of an image.
@Suite struct ImageTests {
  private func image() throws -> TemporaryDirectory {
    try ReviewTests.repository([
      "etc/os-release": "ID=x\n",
      "etc/default/grub": "GRUB_CMDLINE_LINUX=\"quiet sysctl.net.core.somaxconn=many\"\n",
      "etc/default/grub.d/50-x.cfg":
        "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX sysctl.net.ipv4.tcp_tw_recycle=1\"\n",
      "etc/sysctl.d/60-x.conf": "net.core.somaxconn = 1024\n",
    ])
  }

  @Test func readsWhatGrubPassesToTheKernel() throws {
    let image = try image()
    let root = try BuiltBinary.run(["audit", "--root", image.path, "--format", "github"])
    for place in [
      "file=/etc/default/grub,line=1,col=34", "file=/etc/default/grub.d/50-x.cfg,line=1,col=48",
    ] {
      #expect(root.output.contains(place), "\(root.output)")
    }
    #expect(root.output.contains("set by 2 programs to different values"), "\(root.output)")
  }

  @Test func theKernelThatIsNamedIsTheImages() throws {
    let image = try image()
    let none = try BuiltBinary.run(["audit", "--root", image.path])
    #expect(
      none.output.hasPrefix("Audited the files of an image, whose kernel is not known.\n"),
      "\(none.output)")
    #expect(none.output.contains("(say --kernel VERSION)"), "\(none.output)")
    #expect(!none.output.contains("grant --kernel"), "\(none.output)")
    let one = try BuiltBinary.run(["audit", "--root", image.path, "--kernel", "6.1"])
    #expect(one.output.hasPrefix("Audited the files of an image, judged as Linux 6.1.\n"))
    let two = ["audit", "--root", image.path, "--kernel", "6.1", "--kernel", "6.12"]
    #expect(try BuiltBinary.run(two).output.contains("judged as Linux 6.1, 6.12.\n"))
    let facts = try BuiltBinary.run([
      "facts", "--root", image.path, "--kernel", "6.1", "--format", "json",
    ])
    let kernel = try ParsedJSON(Array(facts.output.utf8))["facts"]?["host"]?["kernel"]
    #expect(kernel?["major"]?["value"] == .integer(6), "\(String(describing: kernel))")
  }
}
