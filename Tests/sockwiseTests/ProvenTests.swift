import TestSupport
import Testing

/// `sockwise audit --proven`: what the rules of the findings claim, tried here.
@Suite(.needsNamespaces) struct ProvenTests {
  private static let arguments = ["audit", "--proven", "--only", "listener-without-reuseaddr"]

  /// A server that a restart would hurt.
  private static func audit(
    _ arguments: [String],
    _ prepare: @escaping @Sendable (ScratchNamespace) throws -> Void = { _ in }
  ) async throws -> Subprocess.Result {
    try await ScratchNamespace.run { net in
      try net.serverWithTimeWait(.loopback(8080), reuseAddress: false)
      try prepare(net)
      return try BuiltBinary.run(Self.arguments + arguments)
    }
  }

  private static let sentence =
    "Tried here: A server that closed a connection first restarts only with SO_REUSEADDR, before"
    + " and after: "

  /// Without line breaks.
  private static func words(_ text: String) -> String {
    text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
  }

  @Test func `the claim of a finding stands beside it`() async throws {
    let result = try await Self.audit([])
    #expect(result.status == 1)
    #expect(result.errors == "")
    #expect(Self.words(result.output).contains(Self.sentence + "holds"))
    #expect(!result.output.contains("Observed: "))
    let verbose = try await Self.audit(["--verbose"])
    #expect(
      Self.words(verbose.output).contains(
        "holds Observed: restart over TIME_WAIT without SO_REUSEADDR: EADDRINUSE; with it"))
  }

  @Test func `every format has it`() async throws {
    for (format, expected) in [
      ("json", #""outcome": "holds""#), ("markdown", "and after: holds; observed: restart over"),
      ("html", "and after: holds</p>"), ("sarif", #""proven": "holds""#),
    ] {
      let result = try await Self.audit(["--format", format])
      #expect(result.output.contains(expected), "\(format)")
      #expect(result.status == 1)
    }
    let document = try ParsedJSON(
      Array(try await Self.audit(["--format", "json"]).output.utf8))
    let text = try TextFile.read("\(Checkout.root)/schemas/sockwise.report-1.schema.json")
    let schema = JSONSchema(root: try ParsedJSON(Array(text.utf8)))
    #expect(schema.violations(of: document) == [])
    let proven = document["findings"]?.elements?.first?["proven"]
    #expect(proven?["id"]?.string == "restart-over-time-wait")
    #expect(proven?["observed"]?.string?.isEmpty == false)
  }

  /// The finding stays, and its severity, and the exit status.
  @Test func `on a kernel that does otherwise the finding says so`() async throws {
    let result = try await Self.audit([]) { try $0.ignoreReuseAddress() }
    #expect(result.status == 1)
    #expect(result.output.contains("HIGH"))
    #expect(
      Self.words(result.output).contains(
        Self.sentence + "does not hold: this kernel did not do it (with it on the old and the new"
          + " listener: EADDRINUSE (claimed: succeeds))"))
  }

  @Test func `what cannot be tried says why`() async throws {
    let directory = try TemporaryDirectory()
    try TextFile.write(
      """
      id: own-rule
      title: A rule of one's own
      severity: info
      confidence: high
      scope: netns
      since: 0.1.0
      rationale: It is there to name a claim.
      references: [https://example.com]
      proof: no-such-claim
      when: sysctl.net.ipv4.tcp_fin_timeout > 0
      message: It is so.
      locate: sysctl.net.ipv4.tcp_fin_timeout
      remediation: [{ note: Nothing. }]
      tests:
        - name: "on"
          facts: { sysctl.net.ipv4.tcp_fin_timeout: 1 }
          expect: finding
        - name: "off"
          facts: { sysctl.net.ipv4.tcp_fin_timeout: 0 }
          expect: pass
      """, to: directory.path("own-rule.yaml"))
    let result = try await ScratchNamespace.run { _ in
      try BuiltBinary.run(
        [
          "audit", "--proven", "--rules", directory.path, "--only", "own-rule", "--min-severity",
          "info",
        ])
    }
    #expect(
      Self.words(result.output).contains(
        "Tried here: no-such-claim: cannot be tried here (this version has no claim of that name)")
    )
  }

  @Test func `nothing is tried where nothing is found`() async throws {
    let result = try await ScratchNamespace.run { _ in try BuiltBinary.run(Self.arguments) }
    #expect(result.status == 0)
    #expect(!result.output.contains("Tried here"))
  }

  @Test func `another host's kernel cannot be tried here`() throws {
    let directory = try TemporaryDirectory()
    let result = try BuiltBinary.run(["audit", "--proven", "--root", directory.path])
    #expect(result.status == 2)
    #expect(
      result.errors.hasPrefix(
        "sockwise: --proven tries claims on the kernel that runs here, and '\(directory.path)' is"
          + " of another host; run 'sockwise audit --proven' there\n"))
  }
}
