import Testing

@testable import CEL

@Suite struct UnificationTests {
  @Test func aParameterBecomesTheMostGeneralOfItsTypes() {
    var unification = Unification(allowsNull: true)
    let (parameters, result) = unification.instantiate(
      [.parameter("A"), .parameter("A")], .list(.parameter("A")))
    let fits1 = unification.assign([.int, .dyn], to: parameters)
    #expect(fits1)
    #expect(unification.resolve(result) == .list(.dyn))
  }

  @Test func whatDoesNotFitLeavesNoTrace() {
    var unification = Unification(allowsNull: true)
    let free = unification.fresh()
    let fits2 = unification.assign([free, .int], to: [.string, .string])
    #expect(!fits2)
    #expect(unification.resolve(free, freeAsDyn: true) == .dyn)
    let fits3 = unification.assign(free, to: .int)
    #expect(fits3)
    #expect(unification.resolve(free) == .int)
    let fits4 = unification.assign(free, to: .string)
    #expect(!fits4)
  }

  @Test func aTypeIsNeverPartOfItself() {
    var unification = Unification(allowsNull: true)
    let free = unification.fresh()
    let fits5 = unification.assign(.list(free), to: free)
    #expect(!fits5)
  }

  @Test func onlySomeTypesHaveNull() {
    var specification = Unification(allowsNull: true)
    let fits6 = specification.assign(.null, to: .duration)
    #expect(fits6)
    let fits7 = specification.assign(.null, to: .int)
    #expect(!fits7)
    var rule = Unification(allowsNull: false)
    let fits8 = rule.assign(.null, to: .duration)
    #expect(!fits8)
    let fits9 = rule.assign(.null, to: .null)
    #expect(fits9)
  }
}
