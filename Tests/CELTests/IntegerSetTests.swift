import CEL
import Testing

@Suite struct IntegerSetTests {
  @Test func joinsOverlappingAndAdjacentRanges() {
    #expect(IntegerSet([5...6, 1...2, 3...4, 10...12, 11...20]).ranges == [1...6, 10...20])
  }

  @Test func countsAndContains() {
    let set = IntegerSet([8080...8081, 30000...32767])
    #expect(set.count == 2770)
    #expect(set.contains(8081))
    #expect(!set.contains(8082))
    #expect(IntegerSet([.min ... .max]).count == .max)
  }
}
