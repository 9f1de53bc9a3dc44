using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace LusPipeline.Ledger.Rows;

internal sealed class DutyConfiguration : IEntityTypeConfiguration<DutyRow>
{
    public void Configure(EntityTypeBuilder<DutyRow> builder)
    {
        builder.ToTable("duties");
        builder.HasKey(duty => duty.Name);
    }
}
