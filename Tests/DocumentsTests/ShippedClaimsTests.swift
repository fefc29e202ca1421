import RuleData
import TestSupport
import Testing

@testable import HostFacts
@testable import Proofs
@testable import Rules
@testable import sockwise

/// Rules, topics and the claims of `sockwise prove` name each other.
struct ShippedClaimsTests {
  private static let ids = Claim.all.map(\.id)

  @Test func `each that a rule or topic names is there, and each is named`() {
    let rules = RuleSet.load([.directory("\(Checkout.root)/rules")], schema: Host.schema)
    #expect(rules.diagnostics.isEmpty)
    var named: Set<String> = []
    for rule in rules.rules {
      guard let claim = rule.proof else { continue }
      #expect(Self.ids.contains(claim), "\(rule.id): no claim is called '\(claim)'")
      named.insert(claim)
    }
    for topic in TopicSet.builtIn.topics {
      for claim in topic.claims {
        #expect(Self.ids.contains(claim), "\(topic.id): no claim is called '\(claim)'")
      }
      named.formUnion(topic.claims)
    }
    #expect(Self.ids.filter { !named.contains($0) } == [])
  }
}
