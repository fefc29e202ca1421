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

  @Test(.needsNamespaces) func `a value that the kernel refuses is told`() async throws {
    let proof = try await tried { lab in try lab.set("net.ipv4.tcp_tw_reuse", "many") }
    #expect(proof.outcome == .cannotTry)
    #expect(
      proof.reason
        == "writing many to '/proc/sys/net/ipv4/tcp_tw_reuse' fails with EINVAL")
  }
}
