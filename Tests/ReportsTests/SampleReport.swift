import CEL
import Reports
import Rules

/// Reports for tests, like those of real hosts.
enum SampleReport {
  static let own = NamespaceName(inode: 4_026_531_840, kind: "own")
  static let container = NamespaceName(inode: 4_026_532_281, name: "api", kind: "process")

  static let ownNamespace = Namespace(
    name: own, audited: true, isPID1: true,
    sockets: .init(tcp: 412, udp: 9, timeWait: 195, listeners: 7), role: "both")

  static func report(
    findings: [ReportedFinding] = [], undecided: [ReportedUndecided] = [],
    namespaces: [Namespace] = [ownNamespace], notices: [Notice] = [], mode: Report.Mode = .live,
    host: String = "web1", passed: Int = 27, notApplicable: Int = 4
  ) -> Report {
    Report(
      tool: .init(version: "0.1.0"),
      host: .init(
        name: host, kernel: "6.18.44", bootID: "0b5a6c9e-3f1d-4b58-9c55-2f3e6c0f7a11"),
      mode: mode, started: "2026-01-31T09:00:00Z", durationSeconds: 0.125, findings: findings,
      undecided: undecided, namespaces: namespaces, notices: notices, passed: passed,
      notApplicable: notApplicable)
  }

  static func finding(
    _ rule: String, _ severity: Severity, subject: String = "sysctl:net.ipv4.tcp_timestamps",
    title: String = "A title", message: String = "A message about it",
    confidence: Confidence = .high, isNote: Bool = false, evidence: [Evidence] = [],
    remediation: [Remediation] = []
  ) -> Finding {
    Finding(
      rule: rule, title: title, severity: severity, confidence: confidence, isNote: isNote,
      subject: subject, message: message, evidence: evidence, remediation: remediation,
      fingerprint: "\(rule)/\(subject)")
  }

  static func sysctl(_ key: String, _ value: Value) -> Evidence {
    Evidence(
      fact: "sysctl.\(key)", value: value,
      origin: .file(
        .init(path: "/proc/sys/" + key.split(separator: ".").joined(separator: "/"))))
  }

  static let exhausted = Finding(
    rule: "destination-exhausted",
    title: "The ephemeral ports toward one destination are used up", severity: .high,
    confidence: .high, subject: "destination:192.0.2.1>192.0.2.7:5432",
    message: """
      195 of the 200 local ports that can reach 192.0.2.7:5432 from 192.0.2.1 are taken: 190 by \
      TIME_WAIT, 5 by established connections. connect() fails with EADDRNOTAVAIL
      """,
    evidence: [
      Evidence(
        fact: "destination.ports_held", value: .int(195),
        origin: .derived([.dump("sock_diag: TCP over IPv4")])),
      Evidence(
        fact: "destination.ports_available", value: .int(200),
        origin: .derived([
          .dump("sock_diag: TCP over IPv4"),
          .file(.init(path: "/proc/sys/net/ipv4/ip_local_port_range")),
        ])),
      sysctl("net.ipv4.ip_local_port_range", portRange(40000, 40199)),
    ],
    remediation: [
      .code("Keep connections open and reuse them (keep-alive, a pool): that removes the cause"),
      .sysctl([.init(key: "net.ipv4.ip_local_port_range", value: "32768 60999")]),
    ],
    references: ["https://www.rfc-editor.org/rfc/rfc6056"],
    proof: "ephemeral-ports-per-destination",
    fingerprint: "5f1c8a90b2e4d377")

  /// As a reader sees them who wants Chinese: one rule is not translated.
  static let chinese: Report = {
    var exhausted = Self.exhausted
    exhausted.translation = .init(
      language: "zh", title: "通往某一目标的本地端口已用尽",
      remediation: [.code("保持连接并重复使用（keep-alive、连接池）"), exhausted.remediation[1]])
    var inRange = Self.inRange(40001)
    inRange.translation = .init(
      language: "zh", title: "服务的端口位于临时端口范围内",
      remediation: [
        .note("在 net.ipv4.ip_local_reserved_ports 中保留服务的端口"), inRange.remediation[1],
      ])
    return report(
      findings: [
        .init(exhausted, namespace: own), .init(exhausted, namespace: own),
        .init(exhausted, namespace: container), .init(reuseNeeded, namespace: own),
        .init(inRange, namespace: own),
      ],
      namespaces: [ownNamespace, Namespace(name: container, audited: true, isInitial: false)])
  }()

  static let reuseNeeded = Finding(
    rule: "tw-reuse-needed",
    title: "TIME_WAIT holds the ports that connect() needs", severity: .high, confidence: .high,
    subject: "destination:192.0.2.1>192.0.2.7:5432",
    message: "190 of the 195 ports in use are in TIME_WAIT and tcp_tw_reuse does not apply to them",
    evidence: [
      sysctl("net.ipv4.tcp_tw_reuse", .int(2)), sysctl("net.ipv4.tcp_timestamps", .int(1)),
    ],
    remediation: [.sysctl([.init(key: "net.ipv4.tcp_tw_reuse", value: "1")])],
    fingerprint: "c2d90e11a7b3f604")

  static func inRange(_ port: Int) -> Finding {
    Finding(
      rule: "listener-in-ephemeral-range",
      title: "A listener's port can be taken by an outgoing connection", severity: .medium,
      confidence: .medium, subject: "listener:tcp:0.0.0.0:\(port)",
      message: """
        port \(port) of 'worker' is inside the ephemeral range and not reserved: while the service \
        is down an outgoing connection can take it, and SO_REUSEADDR does not help
        """,
      evidence: [
        Evidence(
          fact: "listener.in_ephemeral_range", value: .bool(true),
          origin: .derived([
            .dump("sock_diag: TCP over IPv4"),
            .file(.init(path: "/proc/sys/net/ipv4/ip_local_port_range")),
          ]))
      ],
      remediation: [
        .note("Reserve the ports of services in net.ipv4.ip_local_reserved_ports"),
        .unit([
          .init(key: "worker.service", value: "[Service]"),
          .init(key: "worker.service", value: "Environment=PORT=8080"),
        ]),
      ],
      fingerprint: "listener-\(port)")
  }

  static let note = finding(
    "time-wait-on-server-harmless", .info, subject: "netns",
    title: "TIME_WAIT on a server is harmless",
    message:
      "4210 connections are in TIME_WAIT on server ports: 256 bytes each, no descriptor, no port",
    isNote: true)

  static func refused(_ rule: String, _ port: Int) -> ReportedUndecided {
    ReportedUndecided(
      .init(
        rule: rule, subject: "listener:tcp:0.0.0.0:\(port)", kind: .unknown,
        missing: [
          .init(
            fact: "listener.reuse_address", reason: "permission denied", grant: "CAP_SYS_PTRACE"),
          .init(fact: "listener.reuse_port", reason: "permission denied", grant: "CAP_SYS_PTRACE"),
        ]), namespace: own)
  }

  static let undecided: [ReportedUndecided] =
    [22, 80, 443, 5432, 8080, 9090].map { refused("listener-without-reuseaddr", $0) }
    + [
      ReportedUndecided(
        .init(
          rule: "time-wait-overflow", subject: "", kind: .unknown,
          missing: [.init(fact: "netstat", reason: "/proc/net/netstat: no such file")])),
      ReportedUndecided(
        .init(
          rule: "backlog-clamped", subject: "", kind: .unknown,
          missing: [.init(fact: "netstat", reason: "/proc/net/netstat: no such file")])),
      ReportedUndecided(
        .init(
          rule: "local-rule", subject: "listener:tcp:0.0.0.0:80", kind: .error,
          missing: [.init(fact: "listener.backlog", reason: "the field is absent")])),
    ]

  /// A busy host: something of everything.
  static let full: Report = {
    var report = withoutFacts
    report.facts = SampleFacts.full
    return report
  }()

  private static let withoutFacts = report(
    findings: [
      ReportedFinding(inRange(40_080), namespace: own),
      ReportedFinding(reuseNeeded, namespace: own),
      ReportedFinding(exhausted, namespace: own),
      ReportedFinding(note, namespace: own),
      ReportedFinding(
        finding(
          "timestamps-disabled", .low, title: "TCP timestamps are off",
          message: "without timestamps a fast connection can take old segments for new ones",
          evidence: [sysctl("net.ipv4.tcp_timestamps", .int(0))],
          remediation: [.sysctl([.init(key: "net.ipv4.tcp_timestamps", value: "1")])]),
        state: .waived, namespace: own,
        waiver: .init(reason: "appliance cannot cope", expires: "2026-12-31")),
      ReportedFinding(
        finding("ephemeral-range-parity", .info, subject: "sysctl:net.ipv4.ip_local_port_range"),
        state: .known, namespace: own),
      ReportedFinding(
        finding(
          "ephemeral-range-too-small", .low, subject: "sysctl:net.ipv4.ip_local_port_range",
          title: "The ephemeral port range is small",
          message: "connect() has 200 local ports to choose from",
          evidence: [sysctl("net.ipv4.ip_local_port_range", portRange(40000, 40199))]),
        namespace: own),
    ],
    undecided: undecided,
    namespaces: [
      Namespace(name: container, audited: false, reason: "only the own one was asked for"),
      ownNamespace,
    ],
    notices: [
      Notice(.info, "no second sample: use --sample 2s for rules that look at rising counters")
    ])

  /// The same with findings of configuration files, a baseline, and descriptions of all rules.
  static let accepted: Report = {
    let drift = Finding(
      rule: "sysctl-drift", title: "A running value is not the configured one", severity: .medium,
      confidence: .high, subject: "sysctl:net.ipv4.tcp_rmem", message: "it is 1 and should be 2",
      evidence: [sysctl("net.ipv4.tcp_rmem", .int(1))],
      locations: [
        .init(path: "/etc/sysctl.d/60-net.conf", line: 3, column: 1, endColumn: 24),
        .init(path: "/proc/sys/net/ipv4/tcp_rmem"),
      ],
      remediation: [.note("Run 'sysctl --system'")], fingerprint: "drift")
    var waived = drift
    waived.subject = "sysctl:net.ipv4.tcp_wmem"
    waived.fingerprint = "drift of tcp_wmem"
    var known = reuseNeeded
    known.fingerprint = "known"
    let findings =
      full.findings + [
        ReportedFinding(drift, namespace: own),
        ReportedFinding(
          waived, state: .waived, namespace: own,
          waiver: .init(
            reason: "set by the database's own unit", isInSource: true,
            location: .init(path: "/etc/sysctl.d/60-net.conf", line: 4, column: 1, endColumn: 40))),
        ReportedFinding(known, namespace: own),
      ]
    var report = Report(
      tool: full.tool, host: full.host, mode: .live, started: full.started,
      durationSeconds: 12.0625,
      findings: findings, undecided: full.undecided, namespaces: full.namespaces,
      notices: full.notices + [Notice(.warning, "/etc/sysctl.d/60-net.conf:9:1: gives no reason")],
      rules: [
        RuleSummary(rule: "sysctl-drift", findings: 2, passed: 40),
        RuleSummary(rule: "time-wait-overflow", passed: 1),
        RuleSummary(rule: "tw-reuse-needed", findings: 2),
        RuleSummary(rule: "waiver-expired", notApplicable: ["no element in waivers"]),
      ],
      passed: 41, notApplicable: 1,
      descriptions: ["sysctl-drift", "time-wait-overflow", "tw-reuse-needed", "waiver-expired"].map
      {
        RuleDescription(
          id: $0, title: "Title of \($0)",
          rationale: "Why it matters,\nin a paragraph.\n\nAnd another: a_b *c* <d>.",
          severity: .high,
          confidence: .medium, tags: ["tcp", "sysctl"],
          references: ["https://www.rfc-editor.org/rfc/rfc6056 (section 3)", "tcp(7)"])
      })
    report.namespacesGap = "process 1 cannot be looked into"
    return report.comparing(
      with: Baseline([
        .init(known), .init(fingerprint: "old", rule: "time-wait-overflow", subject: "netns"),
      ]))
  }()

  /// Names that are chosen to do harm, wherever a name can stand.
  static let hostile: Report = {
    let names = [
      "\u{1b}[2J\u{1b}[31mroot", "a\nHIGH  forged\n", "\u{9b}5m", "\u{202e}txt.exe\u{2066}",
      "zero\u{200b}width\u{feff}", "\u{1b}]0;title\u{7}", "\r\u{8}\u{8}ok", "\u{e0041}tag",
      "<script>alert(1)</script> & \"q\"", "[a](b) | `c` @d #1 ##[group]::error::e {0}",
    ]
    let findings = names.enumerated().map { number, name in
      ReportedFinding(
        finding(
          "a-rule-\(number)", .low, subject: "unit:\(name)", title: "Title of \(name)",
          message: "held by '\(name)' for long",
          evidence: [
            Evidence(
              fact: "listener.process", value: .string(name),
              origin: .file(.init(path: "/proc/\(name)")))
          ],
          remediation: [
            .code("stop \(name)"), .sysctl([.init(key: "a.\(name)", value: name)]),
            .unit([.init(key: name, value: name)]),
          ]),
        namespace: own)
    }
    var hostile = report(
      findings: findings,
      undecided: names.map {
        ReportedUndecided(
          .init(
            rule: "a-rule", subject: $0, kind: .unknown,
            missing: [.init(fact: $0, reason: $0, grant: $0)]))
      },
      namespaces: [
        Namespace(name: .init(inode: 1, name: names[0], kind: "path"), audited: true, isPID1: false)
      ],
      notices: names.map { Notice(.warning, $0, rule: $0) }, host: names[1])
    hostile.facts = SampleFacts.hostile
    return hostile
  }()

  static let all = ["empty": report(), "full": full, "accepted": accepted, "hostile": hostile]
}
