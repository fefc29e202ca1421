import Glibc
import TestSupport
import Testing

@testable import Proofs

@Suite struct ClaimTests {
  @Test func `ids are unique, and kebab-case`() {
    let ids = Claim.all.map(\.id)
    #expect(Set(ids).count == ids.count)
    for id in ids { #expect(id.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil, "\(id)") }
  }

  @Test func `titles are one line each, without a full stop`() {
    for claim in Claim.all {
      #expect(!claim.title.contains("\n") && !claim.title.hasSuffix("."), "\(claim.id)")
    }
  }

  private func tried(
    _ experiment: @escaping @Sendable (Laboratory) throws -> Void
  ) async throws -> Proof {
    try await ScratchNamespace.run { _ in Claim("a-claim", "It is so", experiment).tried() }
  }

  @Test(.needsNamespaces) func `a wrong claim does not hold, with what was seen`() async throws {
    let proof = try await tried { lab in
      try lab.expect("a bind()", .succeeds, try Socket().bind(.loopback(8888)))
      try lab.expect("a second one", .succeeds, try Socket().bind(.loopback(8888)))
    }
    #expect(proof.outcome == .doesNotHold)
    #expect(proof.observed == "a bind(): succeeds; a second one: EADDRINUSE")
    #expect(proof.reason == "a second one: EADDRINUSE (claimed: succeeds)")
  }

  @Test(.needsNamespaces) func `what is seen to differ counts whatever comes after it`()
    async throws
  {
    let proof = try await tried { lab in
      lab.expect("a figure", 1, is: 2)
      try lab.set("net.ipv4.no_such_key", "1")
    }
    #expect(proof.outcome == .doesNotHold)
    #expect(proof.reason == "a figure: 1 (claimed: 2)")
  }

  @Test(.needsNamespaces) func `what this kernel lacks cannot be tried`() async throws {
    let proof = try await tried { lab in
      lab.expect("a figure", 1, is: 1)
      try lab.set("net.ipv4.no_such_key", "1")
    }
    #expect(proof.outcome == .cannotTry)
    #expect(proof.observed == "a figure: 1")
    #expect(proof.reason == "this kernel has no net.ipv4.no_such_key")
  }

  /// They say nothing of the kernel: a sandbox, or a busy machine.
  @Test(.needsNamespaces, arguments: [EPERM, EACCES, EINPROGRESS, ETIMEDOUT, EMFILE])
  func `what only this process may not do is not held against a claim`(_ code: CInt) async throws {
    let proof = try await tried { lab in
      try lab.expect("a call", .succeeds, { throw CallFailure("a call()", code: code) }())
    }
    #expect(proof.outcome == .cannotTry)
    let asked = try await tried { lab in
      try lab.expect("a call", .fails(code), { throw CallFailure("a call()", code: code) }())
    }
    #expect(asked.outcome == .holds)
  }

  @Test(.needsNamespaces) func `a wait that ends early is not held against a claim`() async throws {
    let proof = try await tried { lab in
      try lab.require("the impossible", upTo: 0.1) { false }
      lab.expect("a figure", 1, is: 2)
    }
    #expect(proof.outcome == .cannotTry)
    #expect(proof.reason == "the impossible did not come about within 0 s")
  }

  /// It would log a line, once for each boot, where nothing of the host is to be touched.
  @Test(.needsNamespaces) func `ranges whose ends have one parity are not set`() async throws {
    let proof = try await tried { lab in try lab.setPortRange(40000...40002) }
    #expect(proof.outcome == .cannotTry)
    let range = try await ScratchNamespace.run { net in
      try Laboratory().setOnlyPort(40000)
      return try net.sysctl("net.ipv4.ip_local_port_range")
    }
    #expect(range == "40000\t40001")
  }

  @Test(.needsNamespaces) func `a value that the kernel refuses is told`() async throws {
    let proof = try await tried { lab in try lab.set("net.ipv4.tcp_tw_reuse", "many") }
    #expect(proof.outcome == .cannotTry)
    #expect(
      proof.reason
        == "writing many to '/proc/sys/net/ipv4/tcp_tw_reuse' fails with EINVAL")
  }
}
