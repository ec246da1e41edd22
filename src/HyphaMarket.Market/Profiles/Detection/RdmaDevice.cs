namespace HyphaMarket.Market.Profiles.Detection;

/// <summary>What <c>/sys/class/infiniband/NAME</c> says of one device, as read.</summary>
/// <param name="Driver">The last part of the link <c>device/driver</c>, such as <c>mlx5_core</c> or <c>efa</c>.</param>
/// <param name="LinkLayer">The text of <c>ports/1/link_layer</c>.</param>
/// <param name="State">The text of <c>ports/1/state</c>, such as <c>4: ACTIVE</c>.</param>
public readonly record struct RdmaDevice(string Name, string Driver, string LinkLayer, string State)
{
    /// <summary>The fabric that this device joins now; <see cref="Fabric.None"/> for Ethernet and for a port that is down.</summary>
    public Fabric Fabric
    {
        get
        {
            if (!State.Contains("ACTIVE", StringComparison.Ordinal)) return Fabric.None;
            if (Driver.Trim() == "efa") return Fabric.Efa;
            return LinkLayer.Trim() == "InfiniBand" ? Fabric.InfiniBand : Fabric.None;
        }
    }
}
