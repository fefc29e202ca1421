import CEL
import Testing
import YAML

@testable import HostFacts

/// Profiles of TuneD that a repository has.
@Suite struct TunedProfileFileTests {
  @Test func readsProfilesOfTuneD() {
    var file = ForeignFile(
      path: "tuned.conf",
      bytes: Array(
        """
        [main]
        summary=x
        include=throughput-performance

        [sysctl]
        net.core.somaxconn=>2048
        net.ipv4.tcp_rmem="4096 87380 16777216"
        vm.dirty_ratio = ${ratio}
        [net]
        type=sysctl
        replace=1
        vm.swappiness=<10
        [vm]
        transparent_hugepages=never
        """.utf8))
    file.readTunedProfile()
    #expect(
      file.shown == [
        "6: net.core.somaxconn|>2048 net.core.somaxconn = 2048",
        #"7: net.ipv4.tcp_rmem|"4096 87380 16777216" net.ipv4.tcp_rmem = 4096 87380 16777216"#,
        "12: vm.swappiness|<10 vm.swappiness = 10", "1 templated",
      ])
    #expect(file.statements.map(\.condition) == [.raises, nil, .lowers])
  }
}
