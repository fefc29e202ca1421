import Reports
import Rules
import TestSupport
import Testing

@Suite struct BindReportTests {
  private static let request = BindReport.Request(
    transport: "tcp", address: "[::]:80", user: 33, reuseAddress: true, reusePort: false,
    v6Only: false)

  private static func report(_ bind: BindReport.Verdict = .no) -> BindReport {
    BindReport(
      tool: .init(version: "1.2"), host: .init(name: "host", kernel: "6.12"), request: request,
      bind: bind, listen: bind)
  }

  private static var full: BindReport {
    var report = report()
    report.errors = [
      ("EACCES", "Permission denied (EACCES): ports below 1024 need a capability"),
      ("EADDRINUSE", "Address already in use (EADDRINUSE)"),
    ]
    report.blockers = [
      .init(
        state: "LISTEN", local: "0.0.0.0:80", process: "evil\u{1b}[2J\nname", pid: 7,
        unit: "web.service", user: 0, sockets: 2)
    ]
    report.blockers += (1...5).map {
      .init(
        state: "TIME_WAIT", local: "127.0.0.1:80", remote: "127.0.0.1:4000\($0)",
        secondsLeft: Double($0) + 0.5)
    }
    report.undecided = [.init(state: "CLOSE_WAIT", local: "[::1]:80", remote: "[::1]:40000")]
    report.missing = [.init(reason: "the process may not be looked into", grant: "CAP_SYS_PTRACE")]
    report.remedies = ["Stop web.service."]
    report.notices = [Notice(.info, "something besides")]
    return report
  }

  private func text(_ report: BindReport) -> String {
    String(decoding: report.text(RenderOptions()), as: UTF8.self)
  }

  @Test func textForPeople() {
    #expect(
      text(Self.full) == """
        [::]:80 (IPv6 and IPv4) cannot be bound: Permission denied (EACCES): ports below
          1024 need a capability
          and: Address already in use (EADDRINUSE)

        In the way
          LISTEN     0.0.0.0:80              evil\\u{1b}[2J\\u{a}name (pid 7), web.service, 2 sockets
          TIME_WAIT  127.0.0.1:80 > 5 peers  6 s left

        May be in the way
          CLOSE_WAIT  [::1]:80 > [::1]:40000

        Could not check
          - the process may not be looked into (grant CAP_SYS_PTRACE)

        What would free it
          - Stop web.service.

        Notices
          - something besides

        """)
  }

  @Test func oneLineWhereNothingIsInTheWay() {
    #expect(text(Self.report(.yes)) == "[::]:80 (IPv6 and IPv4) can be bound and listened on\n")
    var udp = Self.report(.unknown)
    udp.request.transport = "udp"
    udp.request.v6Only = nil
    udp.listen = nil
    #expect(
      text(udp) == """
        Nothing that can be seen is in the way of [::]:80 (UDP), but it is not certain
          that it can be bound

        """)
    udp.undecided = [.init(state: "CONNECTED", local: "[::1]:80")]
    #expect(text(udp).hasPrefix("It is not known whether [::]:80 (UDP) can be bound\n"))
  }

  @Test func manySocketsAreCounted() {
    var report = Self.report()
    report.blockers = (1...12).map { .init(state: "LISTEN", local: "127.0.0.\($0):80") }
    #expect(text(report).hasSuffix("  LISTEN  127.0.0.10:80\n  and 2 more\n"))
  }

  @Test func theJSONFollowsItsSchema() throws {
    let schema = try Schemas.named("sockwise.can-bind-1")
    for report in [Self.full, Self.report(.yes), Self.report(.unknown)] {
      #expect(schema.violations(of: try ParsedJSON(report.json)) == [])
    }
    let document = try ParsedJSON(Self.full.json)
    #expect(document["errno"] == .string("EACCES"))
    #expect(document["blockers_total"] == .integer(7))
    #expect(document["blockers"]?[1]?["seconds_left"] == .number(1.5))
    #expect(try ParsedJSON(Self.report(.yes).json)["errno"] == .null)
  }
}
