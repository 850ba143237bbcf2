package io.tenantwarden.engine.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tenantwarden.engine.report.document.KindText;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind has words for people, and only two can be known. */
class KindTextTest {

    @ParameterizedTest
    @EnumSource(ViolationKind.class)
    void everyKindSaysWhatToDo(ViolationKind kind) {
        assertTrue(KindText.isKnown(kind.wireName()));
        KindText text = KindText.of(kind.wireName());
        assertTrue(text.why().endsWith(".") && text.fix().endsWith("."), text::toString);
        assertFalse(text.title().isBlank() || text.subject().isBlank(), text::toString);
    }

    @Test
    void onlyWhatOneCanLiveWithIsExcused() {
        EnumSet<ViolationKind> excused = EnumSet.noneOf(ViolationKind.class);
        for (ViolationKind kind : ViolationKind.values()) {
            if (kind.coveredByBaseline()) {
                excused.add(kind);
            }
        }
        assertEquals(EnumSet.of(ViolationKind.UNSCOPED_QUERY, ViolationKind.ZERO_ROW_WRITE), excused);
    }

    @Test
    void aKindOfALaterVersionIsToldByItsName() {
        assertFalse(KindText.isKnown("a-later-kind"));
        assertEquals("a-later-kind", KindText.of("a-later-kind").title());
        assertFalse(KindText.isExcusable("a-later-kind"));
    }
}
