using System.ComponentModel.DataAnnotations;

namespace LusPipeline.Storage.Ledger;

/// <summary>Where workers keep the ledger.</summary>
public sealed record DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>
    /// Npgsql's form: <c>Host=db1,db2;Database=lus;Username=lus_worker;Password=…</c>. With several hosts, workers go to the one that
    /// takes writes. <c>SSL Mode=VerifyFull;Root Certificate=FILE</c> for TLS.
    /// </summary>
    [Required(AllowEmptyStrings = false)]
    public string ConnectionString { get; init; } = "";
}
