import Rules

/// A remedy as every format shows it: a sentence, and perhaps lines to copy.
struct RemedyBlock: Hashable {
  var text: String
  /// Escaped already, so that nothing in a name can begin a line of its own.
  var lines: [String] = []
  /// What `lines` are taken from, where they are settings for sysctl.d(5).
  var fragment: SysctlFragment?
  /// Whether the settings are those of a network namespace that the host's files do not reach.
  var isElsewhere = false
}

extension Report {
  /// The remedies of a finding, best first.
  func remedies(of reported: ReportedFinding) -> [RemedyBlock] {
    let finding = reported.finding
    let language = finding.language
    return finding.shownRemediation.compactMap { remedy in
      switch remedy {
      case .sysctl(let settings):
        let fragment = SysctlFragment(settings, evidence: finding.evidence)
        let isOutside = isOutsideHost(reported.namespace)
        let isElsewhere = isOutside && !settings.allSatisfy { finding.isOfWholeHost($0.key) }
        return RemedyBlock(
          text: isElsewhere
            ? Self.elsewhere(in: language) : Self.setting(onHost: isOutside, in: language),
          lines: fragment.lines.map { $0.assigning($0.value) }, fragment: fragment,
          isElsewhere: isElsewhere)
      case .unit(let settings):
        guard let fragment = UnitFragment(settings) else { return nil }
        return RemedyBlock(
          text: language.text(
            "Set in \(fragment.unit), with 'systemctl edit \(fragment.unit)':",
            "用 'systemctl edit \(fragment.unit)' 在 \(fragment.unit) 中设置："),
          lines: fragment.lines)
      case .code(let text), .note(let text):
        return RemedyBlock(text: text)
      }
    }
  }

  /// systemd-sysctl sets the keys of the host's network namespace only; those under `net.` of any
  /// other are set there, or by what makes it.
  private static func elsewhere(in language: Language) -> String {
    language.text(
      """
      Set in that network namespace, which /etc/sysctl.d of the host does not reach: by what \
      creates it (docker run --sysctl, sysctls of a pod), or there with 'sysctl -w':
      """,
      """
      在该网络命名空间内设置，主机的 /etc/sysctl.d 对它不起作用：由创建它的程序设置（docker run --sysctl、\
      Pod 的 sysctls），或在其中执行 'sysctl -w'：
      """)
  }

  /// - Parameter onHost: whether that must be said, as the finding is of elsewhere.
  private static func setting(onHost: Bool, in language: Language) -> String {
    language.text(
      "Set\(onHost ? " on the host" : "") where it is set now, or else in \(SysctlFragment.path):",
      "\(onHost ? "在主机上，" : "")在现有设置处修改；若尚未设置，则写入 \(SysctlFragment.path)：")
  }

  func isOutsideHost(_ name: NamespaceName?) -> Bool {
    namespaces.contains {
      $0.name == name && ($0.isInitial == false || $0.isPID1 == false)
    }
  }
}

extension ReportedFinding {
  /// For what programs read: that is in one language.
  var inEnglish: ReportedFinding {
    var reported = self
    reported.finding.translation = nil
    return reported
  }
}

extension Finding {
  /// That in which its title and remedies are shown.
  var language: Language {
    translation.flatMap { Language(rawValue: $0.language) } ?? .english
  }

  var shownTitle: String { translation?.title ?? title }

  var shownRemediation: [Remediation] { translation?.remediation ?? remediation }

  /// Whether a kernel parameter is the whole host's: no network namespace has those outside of `net.`,
  /// nor what was read as the host's.
  fileprivate func isOfWholeHost(_ key: String) -> Bool {
    let fact = "host.sysctl." + key.map { $0 == "-" ? "_" : $0 }
    return !key.hasPrefix("net.") || evidence.contains { $0.fact == fact }
  }
}

extension String {
  /// Paragraphs that blank lines part, each on one line.
  var paragraphs: [String] {
    split(separator: "\n", omittingEmptySubsequences: false)
      .split { $0.allSatisfy { $0 == " " } }
      .map { $0.map { $0.drop { $0 == " " } }.joined(separator: " ") }
  }
}
