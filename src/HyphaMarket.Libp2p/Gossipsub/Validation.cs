namespace HyphaMarket.Libp2p.Gossipsub;

/// <summary>A validator's answer. Source: gossipsub-v1.1.md, "Extended Validators".</summary>
public enum Validation
{
    /// <summary>Delivered and forwarded.</summary>
    Accept,

    /// <summary>Wrong for everybody: neither delivered nor forwarded, and whoever sent it is held responsible.</summary>
    Reject,

    /// <summary>Neither delivered nor forwarded, for a reason that lies in this node's clock or state; nobody is blamed.</summary>
    Ignore,
}
