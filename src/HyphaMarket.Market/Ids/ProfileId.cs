namespace HyphaMarket.Market.Ids;

/// <summary>The RFC's <c>profile_id</c>: SHA-256("hypha-market/profile/v1" + canonical ProfileAttributes).</summary>
public readonly record struct ProfileId(Hash256 Value) : IComparable<ProfileId>
{
    public static bool TryParse(string? text, out ProfileId id)
    {
        var ok = Hash256.TryParse(text, out var value);
        id = new ProfileId(value);
        return ok;
    }

    public byte[] ToArray() => Value.ToArray();
    public int CompareTo(ProfileId other) => Value.CompareTo(other.Value);
    public static bool operator <(ProfileId left, ProfileId right) => left.CompareTo(right) < 0;
    public static bool operator >(ProfileId left, ProfileId right) => left.CompareTo(right) > 0;
    public static bool operator <=(ProfileId left, ProfileId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ProfileId left, ProfileId right) => left.CompareTo(right) >= 0;
    public override string ToString() => Value.ToString();
}
