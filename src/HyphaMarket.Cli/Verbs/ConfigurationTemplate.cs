namespace HyphaMarket.Cli.Verbs;

/// <summary>The configuration that <c>init</c> writes: every value commented out, so that the defaults hold.</summary>
internal static class ConfigurationTemplate
{
    public const string Text = """
        // Configuration of a HyphaMarket node. Comments and trailing commas are allowed; unknown keys are errors.
        // Weaker: /etc/hypha-market/config.json. Stronger: environment (HYPHAMARKET_WORKER_FLOOR_PRICE=0.02), then flags.
        {
          // What this node does: broker, worker, scheduler.
          // "roles": ["broker"],

          // A built-in network (main, devnet), or the path of a network parameters document.
          // "network": "main",

          // Where to listen, and what to tell others where that differs (behind a port mapping).
          // "listen": ["/ip4/0.0.0.0/tcp/4001"],
          // "announce": ["/ip4/203.0.113.5/tcp/4001"],

          // First contacts, with their peer ids.
          // "bootstrap": ["/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW..."],

          // "worker": {
          //   "profile": "auto",        // or a name from `hypha-market profile ls`
          //   "slots": 1,               // units to sell at once
          //   "floorPrice": 0.01,       // credits a minute and unit
          //   "longestTerm": "24h",     // no lease is renewed past this
          //   "tunnelPorts": [22],      // ports of this machine that a lease may reach
          // },

          // What all open bids and live leases together may cost, in credits.
          // "scheduler": { "budget": 1000 },

          // "log": { "level": "information", "file": "node.log" },
        }

        """;
}
