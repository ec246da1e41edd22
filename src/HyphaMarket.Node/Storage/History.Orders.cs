using Microsoft.Data.Sqlite;

namespace HyphaMarket.Node.Storage;

public sealed partial class History
{
    /// <summary>Adds an order or replaces what is known of it.</summary>
    public void Save(OrderRow order)
    {
        ArgumentNullException.ThrowIfNull(order);
        Write("""
            INSERT INTO orders VALUES ($id, $market, $side, $price, $quantity, $filled, $term, $first, $last, $state, $reason, $created, $updated)
            ON CONFLICT(id) DO UPDATE SET filled = $filled, state = $state, reason = $reason, updated_ms = $updated
            """,
            ("$id", order.Id), ("$market", order.Market), ("$side", order.Side), ("$price", order.PriceMicros), ("$quantity", order.Quantity),
            ("$filled", order.Filled), ("$term", order.TermMinutes), ("$first", order.FirstSlot), ("$last", order.LastSlot), ("$state", order.State),
            ("$reason", order.Reason), ("$created", order.CreatedMs), ("$updated", order.UpdatedMs));
    }

    /// <summary>Null where the history has no such order.</summary>
    public OrderRow? FindOrder(string id) => Read("SELECT * FROM orders WHERE id = $id", Order, ("$id", id)).FirstOrDefault();

    /// <summary>The newest orders first.</summary>
    /// <param name="state">Only those in this state; null for all.</param>
    public IReadOnlyList<OrderRow> ListOrders(int limit, string? state = null) =>
        Read("SELECT * FROM orders WHERE $state IS NULL OR state = $state ORDER BY created_ms DESC, id LIMIT $limit", Order, ("$state", state), ("$limit", Limit(limit)));

    private static OrderRow Order(SqliteDataReader row) => new()
    {
        Id = row.GetString(0), Market = row.GetString(1), Side = row.GetString(2), PriceMicros = row.GetInt64(3), Quantity = row.GetInt32(4),
        Filled = row.GetInt32(5), TermMinutes = row.GetInt32(6), FirstSlot = row.GetInt64(7), LastSlot = row.GetInt64(8), State = row.GetString(9),
        Reason = row.IsDBNull(10) ? null : row.GetString(10), CreatedMs = row.GetInt64(11), UpdatedMs = row.GetInt64(12),
    };
}
