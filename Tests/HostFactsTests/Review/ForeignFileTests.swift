import Testing
import YAML

@testable import HostFacts

/// What is the same for files of all other programs.
@Suite struct ForeignFileTests {
  @Test func endsAtAThousandParametersAndSaysSo() {
    func read(_ text: String) -> ForeignFile {
      var file = ForeignFile(path: "x.yaml", bytes: Array(text.utf8))
      _ = file.readYAML()
      return file
    }
    func names(_ count: Int) -> String { (0..<count).map { "net.a\($0)" }.joined(separator: ", ") }
    let kubelet = "kind: KubeletConfiguration\nallowedUnsafeSysctls: "
    #expect(!read(kubelet + "[\(names(1000))]\n").isCut)
    let many = read(kubelet + "[\(names(1001))]\n")
    #expect(many.isCut && many.allowances.count == 1000)

    let values = (0..<1000).map { "net.a\($0): 1" }.joined(separator: ", ")
    let compose = "services:\n  a: {sysctls: &s {\(values)}}\n"
    let repeated = read(compose + "  b: {sysctls: *s}\n")
    #expect(!repeated.isCut && repeated.statements.count == 1000)
    let more = read(compose + "  b: {sysctls: {net.b: 1}}\n")
    #expect(more.isCut && more.statements.count == 1000)
  }

  @Test func whatIsRepeatedIsNotReadWithoutEnd() {
    let script = "sysctl -w vm.a=1 " + String(repeating: "x", count: 100_000)
    let tasks = String(repeating: "- shell: *a\n", count: 100)
    let found = yaml("- shell: &a \(script)\n\(tasks)")
    #expect(1..<50 ~= found.count, "\(found.count)")
  }

  @Test func saysWhereYAMLEnds() {
    #expect(
      yaml("services: {a: {sysctls: {x.y: 1}}}\n---\na: [\n") == [
        "1: x.y|1 x.y = 1",
        "'x.yaml':4:1: not valid YAML: did not find expected node content",
      ])
  }

  @Test func keepsCommentsNear() {
    var file = ForeignFile(
      path: "x",
      bytes: Array(
        """
        services:
          a:
            # shortens TIME_WAIT
            sysctls:
              net.ipv4.tcp_fin_timeout: 15 # really
        """.utf8))
    #expect(file.readYAML() == nil)
    #expect(file.statements.first?.nearComment == "shortens TIME_WAIT\nreally")
    #expect(file.statements.first?.sourceText == "net.ipv4.tcp_fin_timeout: 15 # really")
  }
}
