import Glibc
import JSON
import Testing

@testable import Proofs
@testable import TestSupport

/// Children that are other programs: what they may do to the parent.
@Suite struct ProverTests {
  private static let claims = [
    Claim("one", "The first") { _ in }, Claim("two", "The second") { _ in },
  ]

  private func prove(_ script: String, timeLimit: Double = 20) -> [Proof] {
    Prover(command: ["/bin/sh", "-c", script, "sh"], timeLimit: timeLimit).prove(Self.claims)
  }

  @Test func `results come in the order of the claims`() {
    let script = """
      [ "$1" = one ] && sleep 0.2
      echo "{\\"id\\": \\"$1\\", \\"title\\": \\"T\\", \\"outcome\\": \\"holds\\", \\"observed\\": \\"x\\", \\"reason\\": null, \\"seconds\\": 1}"
      """
    let proofs = prove(script)
    #expect(proofs.map(\.id) == ["one", "two"])
    #expect(proofs.map(\.outcome) == [.holds, .holds])
    #expect(proofs.map(\.observed) == ["x", "x"])
  }

  @Test(arguments: [
    "exit 0", "exit 3", "kill -SEGV $$", "echo nonsense", "head -c 100000 /dev/zero; sleep 60",
    #"echo '{"id": "other", "title": "T", "outcome": "holds", "seconds": 1}'"#,
  ]) func `a child that gives no result leaves its claim untried`(_ script: String) {
    let proofs = prove(script)
    #expect(proofs.map(\.outcome) == [.cannotTry, .cannotTry])
    #expect(
      proofs.map(\.reason) == Array(repeating: "its process ended without a result", count: 2))
  }

  @Test func `what is not done in time is stopped`() {
    let proofs = prove("[ $1 = two ] || exec sleep 600", timeLimit: 1)
    #expect(proofs[0].outcome == .cannotTry)
    #expect(proofs[0].reason == "it was not done within 1 s and was stopped")
    #expect(proofs[1].reason == "its process ended without a result")
  }

  /// Otherwise nothing ends an experiment whose parent was killed at the wrong moment.
  @Test func `a child does not have the signals blocked that its parent has`() async throws {
    let proofs = try await OwnThread.run {
      var set = sigset_t()
      unsafe sigemptyset(&set)
      unsafe sigaddset(&set, SIGALRM)
      unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
      return self.prove(
        """
        blocked=$(sed -n 's/^SigBlk:[[:space:]]*//p' /proc/self/status)
        echo "{\\"id\\": \\"$1\\", \\"title\\": \\"T\\", \\"outcome\\": \\"holds\\", \\"observed\\": \\"$blocked\\", \\"reason\\": null, \\"seconds\\": 1}"
        """)
    }
    #expect(proofs.map(\.observed) == Array(repeating: "0000000000000000", count: 2))
  }

  @Test func `a program that cannot be started is told`() {
    let proofs = Prover(command: ["/nowhere"], timeLimit: 1).prove(Self.claims)
    #expect(
      proofs.map(\.reason) == Array(repeating: "there is no '/nowhere'; mount /proc", count: 2))
  }
}
