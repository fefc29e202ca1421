import TestSupport
import Testing

/// Unpacked reports of sos(1): what commands printed stands for files of `/proc`.
@Suite struct SosReportTests {
  private static let parameters = """
    kernel.hostname = web1
    kernel.osrelease = 6.1.0-18-amd64
    sysctl: reading key "kernel.spl_hostid": Permission denied
    net.core.netdev_max_backlog = 1000
    net.ipv4.ip_local_port_range = 32768\t60999
    net.ipv4.tcp_fin_timeout = 60
    net.ipv4.tcp_timestamps = 0

    """

  private static let table = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 7 1 0 100 0 0 10 0

    """

  private static func audit(
    _ files: [String: String], _ arguments: [String] = []
  ) throws -> Subprocess.Result {
    let report = try ReviewTests.repository(files)
    return try BuiltBinary.run(["audit", "--root", report.path] + arguments)
  }

  @Test func tellsWhatRanAndWhatWasConfigured() throws {
    let result = try Self.audit(
      [
        "sos_commands/kernel/sysctl_-a": Self.parameters,
        "pstree": "systemd(1)-+-agetty(812)\n             `-dbus-daemon(700)\n",
        "proc/net/tcp": Self.table, "etc/sysctl.d/90-x.conf": "net.ipv4.tcp_fin_timeout = 90\n",
      ], ["--fail-on", "low"])
    #expect(result.status == 1)
    #expect(result.errors == "")
    let output = result.output
    #expect(output.contains("files of web1, judged as Linux 6.1.0-18-amd64"), "\(output)")
    #expect(output.contains("timestamps-disabled"), "\(output)")
    #expect(output.contains("sos_commands/kernel/sysctl_-a:7"), "\(output)")
    #expect(output.contains("sysctl-drift"), "\(output)")
    #expect(output.contains("files do not tell whose a socket is"), "\(output)")
    #expect(output.contains("this is a report of sos(1)"), "\(output)")
  }

  @Test(arguments: ["init(1)---sh(9)\n", "init-+-sh\n", "-+-\n", "", "systemd"])
  func anotherFirstProcessMeansNoDrift(tree: String) throws {
    let result = try Self.audit(
      [
        "sos_commands/kernel/sysctl_-a": Self.parameters, "pstree": tree,
        "etc/sysctl.d/90-x.conf": "net.ipv4.tcp_fin_timeout = 90\n",
      ], ["--only", "sysctl-drift"])
    #expect(!result.output.contains("90-x.conf"), "\(result.output)")
    #expect(result.status == 0)
  }

  /// sysctl(8) may not read all, and sos ends what takes long.
  @Test func whatTheReportLacksIsNotKnown() throws {
    let result = try Self.audit(
      [
        "sos_commands/kernel/sysctl_-a": Self.parameters.replacing(
          "net.ipv4.tcp_timestamps = 0",
          with: "sysctl: permission denied on key 'net.ipv4.tcp_timestamps'")
      ], ["--strict"])
    #expect(result.status == 3)
    #expect(
      result.output.contains("the report has no '/proc/sys/net/ipv4/tcp_timestamps'"),
      "\(result.output)")
    // Linux 6.14 brought it.
    #expect(!result.output.contains("tcp_tw_reuse_delay"), "\(result.output)")
  }

  @Test func whatIsNoListOfParametersTellsNone() throws {
    let result = try Self.audit([
      "sos_commands/kernel/sysctl_-a": "\u{1b}[2J = \n=\n= =\n/ = 1\n../../etc/passwd = x\nno\n"
    ])
    #expect(!result.output.contains("\u{1b}"))
    #expect(result.output.contains("Could not check"), "\(result.output)")
    #expect(result.output.contains("whose kernel is not known"), "\(result.output)")
  }
}
