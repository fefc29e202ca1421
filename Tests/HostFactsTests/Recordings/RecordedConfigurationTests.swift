import Testing

@testable import HostFacts

/// What recordings keep of configuration files, with names and without.
@Suite struct RecordedConfigurationTests {
  private static let anonymizer = Anonymizer(key: (1, 2))
  private let scratch = ScratchDirectory()

  private func kept(_ path: String, _ text: String, _ anonymizer: Anonymizer? = anonymizer)
    -> String
  {
    let bytes = RecordedConfiguration(anonymizer: anonymizer)(path, Array(text.utf8))
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [
    "net.ipv4.tcp_tw_reuse = 1", " net/ipv4/tcp_tw_reuse=1 ", "-net.ipv4.tcp_tw_reuse = 1",
    "net.ipv4.tcp_rmem = 4096\t131072 6291456", "net.ipv4.tcp_tw_recycle = 1",
    "net.ipv4.ip_local_reserved_ports = 8080,9000-9010", "net.core.default_qdisc = fq",
    "net.ipv4.tcp_congestion_control = bbr", "net.ipv4.conf.all.rp_filter = 1",
    "net.ipv4.conf.*.rp_filter = 1", "-net.ipv6.conf.default.forwarding", "vm.swappiness =",
    "kernel.panic = -1",
  ])
  func `a setting that any host may have is kept`(_ line: String) {
    #expect(kept("/etc/sysctl.d/a.conf", "\(line)\n") == "\(line)\n")
    #expect(kept("/etc/sysctl.conf", "# a\n\n\(line)\r\nb\n") == "\n\n\(line)\n")
  }

  @Test(arguments: [
    "# net.ipv4.tcp_tw_reuse = 1", "; a", "acme", "net.ipv4.tcp_tw_reuse = 1 # of acme",
    "net.ipv4.tcp_tw_reuse = 1\r# acme", "net.ipv4.tcp_tw_reuse = 1\0acme",
    "net.ipv4.acme = 1", "net.ipv4.conf.wg-acme.rp_filter = 1", "net.ipv4.conf.eth*.rp_filter = 1",
    "net.ipv4.conf.all.acme.rp_filter = 1", "net.ipv4.conf.all/acme.rp_filter = 1",
    "net.ipv4.neigh.acme.base_reachable_time = 1", "net/ipv4/../acme/ip_forward = 1",
    "kernel.domainname = acme", "kernel.hostname = acme", "kernel.core_pattern = |/usr/bin/acme",
    "net.core.default_qdisc = acme", "kernel.domainname = 192.0.2.1", "acme.tcp_tw_reuse = 1",
    "net.ipv4.tcp_fastopen_key = 1", "net.ipv6.conf.all.stable_secret = 1",
  ])
  func `another is not`(_ line: String) {
    #expect(kept("/etc/sysctl.d/a.conf", "\(line)\n") == "")
  }

  @Test func `a recording with names has all but secrets`() {
    let text = """
      # of acme
      kernel.domainname = acme
      net.ipv4.tcp_fastopen_key = 0ace
      # net.ipv6.conf.eth0.stable_secret = 0ace

      net.ipv4.conf.wg-acme.rp_filter = 1

      """
    #expect(
      kept("/etc/sysctl.d/a.conf", text, nil) == """
        # of acme
        kernel.domainname = acme



        net.ipv4.conf.wg-acme.rp_filter = 1

        """)
  }

  @Test func `of tmpfiles only what sets parameters`() {
    let text = """
      # acme
      f /etc/acme/token 0600 acme acme - secret
      w+ /proc/sys/net/ipv4/tcp_tw_reuse - acme acme - 1\\n
      w /proc/sys/kernel/domainname - - - - acme
      w /proc/sys/net/ipv4/tcp_fastopen_key - - - - 0ace
      w /sys/acme - - - - 1

      """
    let path = "/usr/lib/tmpfiles.d/a.conf"
    #expect(
      kept(path, text, nil) == """


        w+ /proc/sys/net/ipv4/tcp_tw_reuse - acme acme - 1\\n
        w /proc/sys/kernel/domainname - - - - acme

        """)
    #expect(kept(path, text) == "\n\nw /proc/sys/net/ipv4/tcp_tw_reuse - - - - 1\n")
    #expect(kept(path, "f /etc/acme/token - - - - secret\n", nil) == "")
  }

  @Test func `of the command line only what sets parameters`() {
    let text = """
      root=/dev/acme sysctl.vm.swappiness=1 sysctl.kernel.domainname=acme \
      sysctl.net.ipv4.tcp_fastopen_key=0ace token=acme

      """
    #expect(
      kept("/proc/cmdline", text, nil) == "sysctl.vm.swappiness=1 sysctl.kernel.domainname=acme\n")
    #expect(kept("/proc/cmdline", text) == "sysctl.vm.swappiness=1\n")
  }

  @Test func `of a profile of TuneD only what sets parameters`() {
    let text = """
      [main]
      summary=acme
      include=acme, balanced
      [acme]
      type=sysctl
      net.ipv4.tcp_tw_reuse = >1
      net.ipv4.conf.acme.rp_filter = 1
      [script]
      script=${i:PROFILE_DIR}/acme.sh

      """
    let path = "/etc/tuned/acme/tuned.conf"
    let (acme, balanced) = (Self.anonymizer.profile("acme"), Self.anonymizer.profile("balanced"))
    #expect(
      kept(path, text) == """
        [main]

        include=\(acme),\(balanced)
        [\(Self.anonymizer.section("acme"))]
        type=sysctl
        net.ipv4.tcp_tw_reuse = >1

        [\(Self.anonymizer.section("script"))]

        """)
    #expect(kept(path, text, nil) == text)
    #expect(kept("/etc/tuned/active_profile", "acme\n") == acme)
    #expect(
      kept("/etc/tuned/tuned-main.conf", "daemon = acme\nreapply_sysctl = False\n")
        == "\nreapply_sysctl=false\n")
  }

  /// A recording has files alone: its manifest tells what was none.
  @Test(arguments: [false, true]) func `what is no file is told`(_ anonymize: Bool) throws {
    scratch.write("image/usr/lib/sysctl.d/10-a.conf", "vm.swappiness = 1\n")
    scratch.write("image/usr/lib/sysctl.d/20-b.conf", "vm.panic_on_oom = 1\n")
    scratch.write("image/etc/sysctl.d/20-b.conf/file", "")
    scratch.link("image/etc/sysctl.d/30-c.conf", to: "gone.conf")
    scratch.link("image/etc/sysctl.d/40-d.conf", to: "/dev/null")
    scratch.write("image/etc/sysctl.d/60-f.conf", "vm.swappiness = 2\n")
    runShell("mkfifo '\(scratch.path)/image/etc/sysctl.d/50-e.conf'")
    let recorder = try Recorder(
      directory: "\(scratch.path)/host", tool: "0.1.0", time: "2026-01-01T00:00:00Z",
      anonymize: anonymize)
    let image = HostRoot("\(scratch.path)/image", usingOpenat2: true, recorder: recorder)
    var options = HostOptions()
    options.root = image
    _ = try Host.read(options)
    #expect(recorder.failure == nil)
    let (live, recorded) = (
      SysctlConfiguration.read(image, kernels: []),
      SysctlConfiguration.read(try HostRoot.open("\(scratch.path)/host"), kernels: [])
    )
    #expect(recorded.keys.elements.map(\.name) == ["vm.swappiness"])
    #expect(recorded.keys.elements.map(\.value) == live.keys.elements.map(\.value))
    #expect(live.unreadFiles.elements.count == 2)
    #expect(
      recorded.unreadFiles.elements.map(\.reason)
        == (anonymize
          ? ["it is a directory", "it is a link to what is not there"]
          : live.unreadFiles.elements.map(\.reason)))
    #expect(live.assignments.rest == .init("'/etc/sysctl.d/50-e.conf' is a FIFO"))
    #expect(
      recorded.assignments.rest
        == .init(
          anonymize ? "'/etc/sysctl.d/05.conf' is a FIFO" : "'/etc/sysctl.d/50-e.conf' is a FIFO"))
  }

  @Test func `a file's name becomes its place`() {
    let paths = [
      "/etc/sysctl.d/99-acme.conf", "/usr/lib/sysctl.d/10-default.conf",
      "/etc/sysctl.d/10-default.conf", "/etc/sysctl.d/acme.txt", "/etc/tmpfiles.d/.acme.conf",
      "/etc/tuned/profiles/acme/tuned.conf", "/usr/lib/tuned/acme/tuned.conf", "/etc/tuned/acme",
      "/etc/tuned/active_profile", "/etc/tuned/tuned-main.conf", "/etc/sysctl.conf",
      "/etc/sysctl.d", "/proc/sys/vm/swappiness",
    ]
    let names = ConfigurationNames(paths, Self.anonymizer)
    let profile = Self.anonymizer.profile("acme")
    #expect(
      paths.map { names($0) } == [
        "/etc/sysctl.d/03.conf", "/usr/lib/sysctl.d/02.conf", "/etc/sysctl.d/02.conf",
        "/etc/sysctl.d/04", "/etc/tmpfiles.d/.01.conf",
        "/etc/tuned/profiles/\(profile)/tuned.conf", "/usr/lib/tuned/\(profile)/tuned.conf",
        "/etc/tuned/\(profile)", "/etc/tuned/active_profile", "/etc/tuned/tuned-main.conf",
        "/etc/sysctl.conf", "/etc/sysctl.d", "/proc/sys/vm/swappiness",
      ])
    // However many there are, their order is that of the names.
    let many = (0..<150).map { "/etc/sysctl.d/\($0)-acme.conf" }
    let numbered = ConfigurationNames(many, Self.anonymizer)
    #expect(many.sorted().map { numbered($0) } == many.map { numbered($0) }.sorted())
    #expect(Set(many.map { numbered($0) }).count == 150)
  }
}
