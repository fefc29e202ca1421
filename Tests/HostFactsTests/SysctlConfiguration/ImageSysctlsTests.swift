import CEL
import Testing

@testable import HostFacts

/// An image that nothing runs: what is configured, and the defaults of its kernel.
@Suite struct ImageSysctlsTests {
  let scratch = ScratchDirectory()

  func read(_ kernels: [KernelVersion] = []) throws -> ProcSys {
    try Host.read(HostOptions(kernels: kernels, root: HostRoot(scratch.path))).sysctl
  }

  init() {
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    scratch.write(
      "etc/sysctl.d/a.conf",
      "net.ipv4.tcp_tw_reuse=1\nnet.ipv4.tcp_timestamps=\"1\"\nnet.ipv4.ip_local_port_range=2000\n")
  }

  @Test func oneKernel() throws {
    scratch.write("lib/modules/6.1.0-18-amd64/modules.dep", "")
    scratch.write("boot/vmlinuz-6.1.0-18-amd64", "")
    let settings = try read()
    let line = SourceLocation(path: "/etc/sysctl.d/a.conf", line: 1, column: 1, endColumn: 24)
    #expect(settings.integer("net.ipv4.tcp_tw_reuse") == .value(1, .file(line)))
    // The kernel refuses the quotes.
    #expect(settings.integer("net.ipv4.tcp_timestamps") == .value(1, .defaultValue("Linux 6.1")))
    #expect(settings.integer("net.core.somaxconn") == .value(4096, .defaultValue("Linux 6.1")))
    #expect(settings.integer("net.unix.max_dgram_qlen").value == 512)
    #expect(
      settings.integer("net.ipv4.tcp_tw_reuse_delay")
        == .absent("added in Linux 6.14; this kernel is 6.1"))
    #expect(
      settings.portRange("net.ipv4.ip_local_port_range")
        == .unavailable(.init("'2000' sets only a part of 'net.ipv4.ip_local_port_range'")))
    #expect(
      settings.integer("net.ipv4.tcp_max_tw_buckets")
        == .unavailable(
          .init("the default of 'net.ipv4.tcp_max_tw_buckets' depends on the machine"))
    )
  }

  @Test func severalKernels() throws {
    scratch.write("lib/modules/6.1.0-18-amd64/x", "")
    scratch.write("boot/vmlinuz-5.3.1", "")
    let settings = try read()
    // What they agree on is known.
    #expect(settings.integer("net.ipv4.tcp_fin_timeout").value == 60)
    #expect(
      settings.integer("net.core.somaxconn")
        == .unavailable(
          .init(
            "the default of 'net.core.somaxconn' differs among the image's kernels 5.3, 6.1",
            grant: "--kernel VERSION")))
    #expect(try read([KernelVersion(5, 3)]).integer("net.core.somaxconn").value == 128)
  }

  @Test func noKernel() throws {
    let settings = try read()
    #expect(settings.integer("net.ipv4.tcp_tw_reuse").value == 1)
    #expect(
      settings.integer("net.core.somaxconn")
        == .unavailable(
          .init(
            "which kernel the image boots is not known",
            grant: "--kernel VERSION")))
  }
}
