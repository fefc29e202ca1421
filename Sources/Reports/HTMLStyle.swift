/// The style sheet of the HTML report.
enum HTMLStyle {
  /// What allows it and nothing else: no script, no image, no form, no request. The hash is that of
  /// `sheet`; a test compares it.
  static let contentSecurityPolicy =
    "default-src 'none'; style-src '\(hash)'; base-uri 'none'; form-action 'none'"

  private static let hash = "sha256-k5oVNGGTJ6L2rGb/3FP0mtX2fAKz0uEHw+Cd7MUq6C8="

  static let sheet: StaticString = """

    :root {
      color-scheme: light dark;
      --page: #f6f7f9; --card: #ffffff; --line: #dfe3e8; --soft: #eef1f4;
      --text: #1c2128; --faint: #57606a; --link: #0757b8; --code: #f2f4f7;
      --high: #c21f2e; --medium: #b35900; --low: #8a6a00; --info: #2160b5;
      --high-soft: #fdecee; --medium-soft: #fdf0e2; --low-soft: #fbf4d9; --info-soft: #e8f0fc;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --page: #0f1318; --card: #171c23; --line: #2b333d; --soft: #202731;
        --text: #e3e8ee; --faint: #98a3b0; --link: #7db7ff; --code: #11161c;
        --high: #ff7b83; --medium: #ffac5f; --low: #e6c84f; --info: #82b4ff;
        --high-soft: #3a1a1e; --medium-soft: #38260f; --low-soft: #322b0e; --info-soft: #15263f;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--text);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    }
    main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
    main { padding-top: 2.5rem; }
    h1 { margin: 0.1rem 0 0.6rem; font-size: 1.75rem; line-height: 1.25; letter-spacing: -0.01em; }
    h2 { margin: 2.5rem 0 0.8rem; font-size: 1.15rem; }
    h3 { margin: 0; font-size: 1.05rem; line-height: 1.4; }
    h4 {
      margin: 1.2rem 0 0.4rem; font-size: 0.75rem; letter-spacing: 0.06em;
      text-transform: uppercase; color: var(--faint);
    }
    p { margin: 0.4rem 0; overflow-wrap: anywhere; }
    a { color: var(--link); overflow-wrap: anywhere; }
    code, pre, .subject {
      font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono",
        monospace;
      font-size: 0.86em;
    }
    code { overflow-wrap: anywhere; }
    pre {
      margin: 0.4rem 0; padding: 0.65rem 0.85rem; overflow-x: auto; line-height: 1.5;
      background: var(--code); border: 1px solid var(--line); border-radius: 6px;
    }
    .brand {
      margin: 0; font-size: 0.8rem; font-weight: 600; letter-spacing: 0.08em;
      text-transform: uppercase; color: var(--faint);
    }
    .faint { color: var(--faint); }
    .counts {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(7.2rem, 1fr)); gap: 0.6rem;
      margin: 1.5rem 0 0; padding: 0; list-style: none;
    }
    .counts li {
      padding: 0.6rem 0.85rem 0.55rem; background: var(--card); border: 1px solid var(--line);
      border-radius: 8px; font-size: 0.84rem; color: var(--faint);
    }
    .counts b {
      display: block; font-size: 1.5rem; line-height: 1.25; font-weight: 650; color: var(--text);
      font-variant-numeric: tabular-nums;
    }
    .counts .zero b { color: var(--faint); font-weight: 400; }
    .counts .high b { color: var(--high); }
    .counts .medium b { color: var(--medium); }
    .counts .low b { color: var(--low); }
    .counts .info b { color: var(--info); }
    .card {
      margin: 0.8rem 0; padding: 1rem 1.2rem; background: var(--card);
      border: 1px solid var(--line); border-left-width: 4px; border-radius: 8px;
    }
    .card.high { border-left-color: var(--high); }
    .card.medium { border-left-color: var(--medium); }
    .card.low { border-left-color: var(--low); }
    .card.info { border-left-color: var(--info); }
    .card.accepted { border-left-color: var(--line); }
    .head { display: flex; flex-wrap: wrap; gap: 0.25rem 0.7rem; align-items: baseline; }
    .head h3 { flex: 1 1 16rem; }
    .badge {
      flex: none; min-width: 4.9rem; padding: 0.08rem 0.55rem; border-radius: 999px;
      font-size: 0.72rem; font-weight: 650; letter-spacing: 0.04em; text-align: center;
      text-transform: uppercase; background: var(--soft); color: var(--faint);
    }
    .badge.high { background: var(--high-soft); color: var(--high); }
    .badge.medium { background: var(--medium-soft); color: var(--medium); }
    .badge.low { background: var(--low-soft); color: var(--low); }
    .badge.info { background: var(--info-soft); color: var(--info); }
    .subject { color: var(--faint); margin: 0.15rem 0 0.5rem; }
    .subject span { margin-right: 1.1em; }
    details { margin-top: 0.7rem; }
    summary { cursor: pointer; color: var(--link); font-size: 0.92rem; width: fit-content; }
    summary:focus-visible, a:focus-visible {
      outline: 2px solid var(--link); outline-offset: 3px; border-radius: 3px;
    }
    .fingerprint { margin-top: 0.9rem; font-size: 0.8rem; color: var(--faint); }
    .scroll { overflow-x: auto; }
    table { width: 100%; border-collapse: collapse; font-size: 0.9rem; }
    th, td { padding: 0.4rem 1rem 0.4rem 0; text-align: left; vertical-align: top; }
    th { font-weight: 600; font-size: 0.8rem; color: var(--faint); }
    td { border-top: 1px solid var(--line); overflow-wrap: anywhere; }
    th:last-child, td:last-child { padding-right: 0; }
    .facts { table-layout: fixed; }
    .facts th:first-child { width: 42%; }
    .facts th:nth-child(2) { width: 22%; }
    .remedies { margin: 0.4rem 0; padding-left: 1.3rem; }
    .remedies li { margin: 0.35rem 0; }
    .list { margin: 0; padding-left: 1.3rem; }
    .list li { margin: 0.35rem 0; overflow-wrap: anywhere; }
    footer {
      margin-top: 3rem; padding-top: 1rem; padding-bottom: 2.5rem; font-size: 0.84rem;
      color: var(--faint);
    }
    @media (max-width: 34rem) {
      main { padding-top: 1.5rem; }
      h1 { font-size: 1.4rem; }
      .card { padding: 0.85rem 0.9rem; }
      .counts { grid-template-columns: repeat(2, 1fr); }
      .subject span { display: block; }
      .facts thead { display: none; }
      .facts tr { display: block; padding: 0.35rem 0; border-top: 1px solid var(--line); }
      .facts td { display: block; padding: 0; border: 0; }
    }
    @media print {
      @page { margin: 16mm 14mm; }
      :root {
        color-scheme: light;
        --page: #ffffff; --card: #ffffff; --line: #c8cdd3; --text: #000000; --faint: #444444;
        --code: #ffffff; --link: #000000;
      }
      body { font-size: 10pt; }
      main { padding-top: 0; }
      main, footer { max-width: none; padding-left: 0; padding-right: 0; }
      footer { padding-bottom: 0; break-inside: avoid; }
      h2 { margin-top: 1.5rem; }
      .counts { grid-template-columns: repeat(7, 1fr); gap: 0.4rem; margin-top: 1rem; }
      .counts li { padding: 0.4rem 0.6rem; font-size: 0.75rem; }
      .counts b { font-size: 1.2rem; }
      .card { padding: 0.7rem 1rem; }
      .facts td { font-size: 0.8rem; }
      .facts th:first-child { width: 38%; }
      .facts th:nth-child(2) { width: 18%; }
      p, li { orphans: 3; widows: 3; }
      .counts li, .head, .remedies li, pre, tr { break-inside: avoid; }
      h2, h4, .head, .subject, thead { break-after: avoid; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      pre, .scroll { overflow: visible; }
      summary { display: none; }
      details::details-content { content-visibility: visible; display: block; }
    }

    """
}
