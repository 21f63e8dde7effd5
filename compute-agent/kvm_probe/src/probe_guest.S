// SPDX-License-Identifier: Apache-2.0
//
// The guest of the KVM proof: a 64 KiB firmware image that does in miniature what an operating system
// does between its first instruction and its first user process. Each stage prints its letter on the
// debug console (port 0xe9) when it starts; the end is a write to the isa-debug-exit port.
// kvm_probe.cpp names the stages by these letters.
//
// The image is plain data of the library that contains it. All its addresses are written as
// AT(label), the address in the guest, which the assembler itself can compute; so the linker finds
// nothing to relocate.

#define RAM         0x10000              /* where the guest copies the image to, out of the ROM */
#define HIGH        0xffffffff80000000   /* physical 0 as seen by a 64-bit kernel */
#define AT(label)   (label - image + RAM)

// Physical memory. All below 640 KiB but for the buffers of the copies.
#define PML4        0x20000              /* address space A: three levels down to 2 MiB pages */
#define PDPT        0x21000
#define PD          0x22000              /* four pages: identity map of 4 GiB */
#define HIGH_PDPT   0x26000
#define HIGH_PD     0x27000
#define HIGH_PT     0x28000              /* 4 KiB pages at virtual TEST */
#define PML4_B      0x29000              /* address space B: as A, but TEST is another page */
#define HIGH_PDPT_B 0x2a000
#define HIGH_PD_B   0x2b000
#define HIGH_PT_B   0x2c000
#define IDT         0x2d000
#define TABLES_END  0x2e000
#define PAGE_A      0x30000
#define PAGE_B      0x31000
#define KERNEL_STACK 0x70000
#define TRAP_STACK  0x78000              /* used on the way from user mode into an interrupt */
#define USER_STACK  0x80000
#define BUFFER_1    0x100000
#define BUFFER_2    0x200000
#define BUFFER_SIZE 0x100000
#define COUNT       (BUFFER_SIZE / 4)    /* of the numbers in a buffer */

#define TEST        (HIGH + 0x200000)    /* remapped at will */
#define LAPIC       0xfee00000

#define KERNEL_CODE 0x08
#define KERNEL_DATA 0x10
#define USER_BASE   0x18                 /* sysret: data at +8, 64-bit code at +16 */
#define TSS         0x30
#define CODE_32     0x40

#define EXIT_PORT   0xf4                 /* isa-debug-exit: QEMU's status is (value << 1) | 1 */
#define EXIT_GOOD   0x10                 /* 33 */
#define EXIT_BAD    0x11                 /* 35 */

#define ROUNDS      1000000              /* of the loop in 32-bit mode, three instructions each */
#define BUSY_ROUNDS 10000000             /* of the loop in 64-bit mode */

  .macro stage letter
  mov $\letter, %al
  out %al, $0xe9
  .endm

  .section .rodata.kvm_probe_guest, "a"
  .balign 16
  .globl virga_kvm_probe_guest
virga_kvm_probe_guest:
image:

// ---- 16-bit real mode ---------------------------------------------------------------------------
  .code16
real_mode:
  cli
  cld
  stage 'R'
  mov $0xf000, %ax
  mov %ax, %ds
  mov $(RAM >> 4), %ax
  mov %ax, %es
  xor %si, %si
  xor %di, %di
  mov $((payload_end - image + 3) / 4), %cx
  rep movsl
  mov %ax, %ds
  lgdtl gdt_register - image
  mov %cr0, %eax
  or $1, %eax
  mov %eax, %cr0
  ljmpl $CODE_32, $AT(protected_mode)

// ---- 32-bit protected mode ----------------------------------------------------------------------
  .code32
protected_mode:
  mov $KERNEL_DATA, %ax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  mov $KERNEL_STACK, %esp

  stage 'P'                              // a loop, like a boot loader that unpacks a kernel
  xor %eax, %eax
  mov $ROUNDS, %ecx
1:
  add %ecx, %eax
  dec %ecx
  jnz 1b
  cmp $((ROUNDS * (ROUNDS + 1) / 2) & 0xffffffff), %eax
  jne bad_32

  stage 'C'                              // a copy
  mov $BUFFER_1, %edi
  mov $COUNT, %ecx
1:
  mov %ecx, (%edi)
  add $4, %edi
  dec %ecx
  jnz 1b
  mov $BUFFER_1, %esi
  mov $BUFFER_2, %edi
  mov $COUNT, %ecx
  rep movsl
  cmpl $COUNT, BUFFER_2
  jne bad_32
  cmpl $1, BUFFER_2 + BUFFER_SIZE - 4
  jne bad_32

  // Page tables: zero, then the identity map of 4 GiB, then both high halves.
  mov $PML4, %edi
  mov $((TABLES_END - PML4) / 4), %ecx
  xor %eax, %eax
  rep stosl
  movl $(PDPT + 7), PML4
  movl $(PDPT + 7), PML4_B
  movl $(PD + 0x0007), PDPT
  movl $(PD + 0x1007), PDPT + 8
  movl $(PD + 0x2007), PDPT + 16
  movl $(PD + 0x3007), PDPT + 24
  mov $PD, %edi
  mov $0x87, %eax                        // present, writable, user, 2 MiB
1:
  mov %eax, (%edi)
  add $8, %edi
  add $0x200000, %eax
  jnc 1b
  movl $(HIGH_PDPT + 3), PML4 + 511 * 8
  movl $(HIGH_PD + 3), HIGH_PDPT + 510 * 8
  movl $0x83, HIGH_PD
  movl $(HIGH_PT + 3), HIGH_PD + 8
  movl $(PAGE_A + 3), HIGH_PT
  movl $(HIGH_PDPT_B + 3), PML4_B + 511 * 8
  movl $(HIGH_PD_B + 3), HIGH_PDPT_B + 510 * 8
  movl $0x83, HIGH_PD_B
  movl $(HIGH_PT_B + 3), HIGH_PD_B + 8
  movl $(PAGE_B + 3), HIGH_PT_B
  movl $'A', PAGE_A
  movl $'B', PAGE_B

  stage 'L'                              // into long mode
  mov %cr4, %eax
  or $0x620, %eax                        // PAE, OSFXSR, OSXMMEXCPT
  mov %eax, %cr4
  mov $PML4, %eax
  mov %eax, %cr3
  mov $0xc0000080, %ecx
  rdmsr
  or $0x101, %eax                        // EFER: LME, SCE
  wrmsr
  mov %cr0, %eax
  and $~4, %eax                          // not EM
  or $0x80010002, %eax                   // PG, WP, MP
  mov %eax, %cr0
  ljmp $KERNEL_CODE, $AT(long_mode)

bad_32:
  mov $EXIT_BAD, %al
  out %al, $EXIT_PORT
  hlt

// ---- 64-bit long mode ---------------------------------------------------------------------------
  .code64
long_mode:
  mov $(HIGH + AT(high_half)), %rax
  jmp *%rax
high_half:
  mov $(HIGH + KERNEL_STACK), %rsp
  lgdt gdt_register_high(%rip)
  mov $KERNEL_DATA, %ax
  mov %ax, %ss
  mov %ax, %ds
  mov %ax, %es

  xor %ecx, %ecx                         // IDT: every vector is a failure, but for three
1:
  lea trap_bad(%rip), %rax
  call set_gate
  inc %ecx
  cmp $64, %ecx
  jb 1b
  mov $14, %ecx
  lea trap_page_fault(%rip), %rax
  call set_gate
  mov $32, %ecx
  lea trap_pit(%rip), %rax
  call set_gate
  mov $48, %ecx
  lea trap_apic(%rip), %rax
  call set_gate
  lidt idt_register(%rip)
  lea tss_segment(%rip), %rax            // the TSS lies in the high half too
  mov %ax, gdt + TSS + 2(%rip)
  shr $16, %rax
  mov %al, gdt + TSS + 4(%rip)
  mov %ah, gdt + TSS + 7(%rip)
  shr $16, %rax
  mov %eax, gdt + TSS + 8(%rip)
  mov $TSS, %ax
  ltr %ax

  stage 'E'                              // SSE: a copy with a sum, and floating point
  mov $(BUFFER_SIZE / 16), %ecx
  mov $BUFFER_2, %esi
  mov $BUFFER_1, %edi
  pxor %xmm0, %xmm0
1:
  movdqa (%rsi), %xmm1
  paddd %xmm1, %xmm0
  movdqa %xmm1, (%rdi)
  add $16, %rsi
  add $16, %rdi
  dec %ecx
  jnz 1b
  movd %xmm0, %eax                       // every fourth number of COUNT, COUNT - 1, ... 1
  cmp $(((COUNT / 4) * (COUNT + 4) / 2) & 0xffffffff), %eax
  jne bad
  mov $3, %eax
  cvtsi2sd %eax, %xmm2
  mulsd %xmm2, %xmm2
  cvtsd2si %xmm2, %eax
  cmp $9, %eax
  jne bad

  stage 'M'                              // identification and model specific registers
  mov $0x80000001, %eax
  cpuid
  bt $29, %edx                           // long mode
  jnc bad
  mov $1, %eax
  cpuid
  and $0x06000260, %edx                  // SSE2, SSE, APIC, PAE, MSR
  cmp $0x06000260, %edx
  jne bad
  mov $0xc0000080, %ecx
  rdmsr
  and $0x500, %eax                       // EFER: LMA, LME
  cmp $0x500, %eax
  jne bad
  mov $0xc0000101, %ecx                  // GS base
  mov $AT(gs_area), %eax
  xor %edx, %edx
  wrmsr
  cmpl $0x5a5a, %gs:0
  jne bad
  mov $0xc0000102, %ecx                  // GS base after swapgs
  mov $AT(gs_area_2), %eax
  wrmsr
  swapgs
  cmpl $0xa5a5, %gs:0
  jne bad
  swapgs

  stage 'V'                              // address spaces: switch them, remap a page
  mov $TEST, %rsi
  mov $PML4, %eax
  mov $PML4_B, %ebx
  mov $1000, %ecx
1:
  mov %rbx, %cr3
  cmpb $'B', (%rsi)
  jne bad
  mov %rax, %cr3
  cmpb $'A', (%rsi)
  jne bad
  dec %ecx
  jnz 1b
  mov $1000, %ecx
1:
  movl $(PAGE_B + 3), HIGH_PT
  invlpg (%rsi)
  cmpb $'B', (%rsi)
  jne bad
  movl $(PAGE_A + 3), HIGH_PT
  invlpg (%rsi)
  cmpb $'A', (%rsi)
  jne bad
  dec %ecx
  jnz 1b

  stage 'F'                              // page faults: pages made on demand
  mov $(TEST + 0x1000), %rsi
  mov $100, %ecx
1:
  mov %ecx, (%rsi)
  cmp %ecx, (%rsi)
  jne bad
  add $0x1000, %rsi
  dec %ecx
  jnz 1b
  cmpl $100, faults(%rip)
  jne bad

  stage 'I'                              // interrupts of the old timer
  mov $0x11, %al                         // both controllers: from vector 32, all masked but IRQ 0
  out %al, $0x20
  out %al, $0xa0
  mov $32, %al
  out %al, $0x21
  mov $40, %al
  out %al, $0xa1
  mov $4, %al
  out %al, $0x21
  mov $2, %al
  out %al, $0xa1
  mov $1, %al
  out %al, $0x21
  out %al, $0xa1
  mov $0xff, %al
  out %al, $0xa1
  mov $0xfe, %al
  out %al, $0x21
  mov $LAPIC, %ebx
  movl $0x1ff, 0xf0(%rbx)                // enabled
  movl $0x700, 0x350(%rbx)               // passes on the old controllers' interrupts
  mov $0x34, %al                         // a tick per millisecond
  out %al, $0x43
  mov $(1193 & 0xff), %al
  out %al, $0x40
  mov $(1193 >> 8), %al
  out %al, $0x40
1:
  sti
  hlt
  cli
  cmpl $10, pit_ticks(%rip)
  jb 1b
  mov $0xff, %al
  out %al, $0x21

  stage 'A'                              // and of the processor's own timer; it keeps on
  movl $3, 0x3e0(%rbx)                   // divides by 16
  movl $(0x20000 + 48), 0x320(%rbx)      // periodic
  movl $20000, 0x380(%rbx)
1:
  sti
  hlt
  cli
  cmpl $10, apic_ticks(%rip)
  jb 1b

  stage 'B'                              // a busy kernel, interrupted
  sti
  xor %eax, %eax
  mov $BUSY_ROUNDS, %ecx
1:
  add %rcx, %rax
  dec %rcx
  jnz 1b
  cli
  mov $(BUSY_ROUNDS * (BUSY_ROUNDS + 1) / 2), %rcx
  cmp %rcx, %rax
  jne bad

  stage 'U'                              // user mode, interrupted there, and system calls
  mov $0xc0000081, %ecx
  xor %eax, %eax
  mov $((USER_BASE << 16) + KERNEL_CODE), %edx
  wrmsr
  mov $0xc0000082, %ecx
  lea system_call(%rip), %rax
  mov %rax, %rdx
  shr $32, %rdx
  wrmsr
  mov $0xc0000084, %ecx                  // no interrupts on entry
  mov $0x200, %eax
  xor %edx, %edx
  wrmsr
  mov $AT(user_mode), %ecx
  mov $0x202, %r11d
  mov $USER_STACK, %esp
  sysretq

user_mode:
  mov %cs, %eax
  and $3, %eax
  cmp $3, %eax
  jne user_bad
  mov AT(apic_ticks), %ebx
  add $10, %ebx
1:
  cmp %ebx, AT(apic_ticks)
  jb 1b
  mov $10000, %ebx
1:
  mov %ebx, %eax
  syscall
  cmp %ebx, %eax
  jne user_bad
  dec %ebx
  jnz 1b
  xor %eax, %eax                         // system call 0: done
  syscall
user_bad:
  mov $-1, %eax
  syscall

system_call:
  swapgs
  cmpl $0xa5a5, %gs:0
  jne bad
  swapgs
  test %eax, %eax
  js bad
  jz good
  sysretq

good:
  mov $EXIT_GOOD, %al
  out %al, $EXIT_PORT
  hlt

bad:
  mov $EXIT_BAD, %al
  out %al, $EXIT_PORT
  hlt

// ---- interrupt handlers -------------------------------------------------------------------------
trap_bad:
  stage '!'
  jmp bad

trap_page_fault:
  push %rax
  push %rdx
  mov %cr2, %rax
  cmpq $2, 16(%rsp)                      // error code: a write by the kernel to an absent page
  jne bad
  mov %rax, %rdx
  shr $12, %rdx
  and $511, %edx
  movq $(PAGE_B + 3), HIGH_PT(,%rdx,8)
  incl faults(%rip)
  pop %rdx
  pop %rax
  add $8, %rsp
  iretq

trap_pit:
  push %rax
  incl pit_ticks(%rip)
  mov $0x20, %al
  out %al, $0x20
  pop %rax
  iretq

trap_apic:
  push %rax
  incl apic_ticks(%rip)
  mov $LAPIC, %eax
  movl $0, 0xb0(%rax)                    // end of interrupt
  pop %rax
  iretq

/// Sets gate %ecx of the IDT to the handler at %rax.
set_gate:
  mov %ecx, %edi
  shl $4, %edi
  mov %ax, IDT(%rdi)
  movl $(KERNEL_CODE + 0), IDT + 2(%rdi)
  movb $0x8e, IDT + 5(%rdi)              // present, interrupt gate
  shr $16, %rax
  mov %ax, IDT + 6(%rdi)
  shr $16, %rax
  mov %eax, IDT + 8(%rdi)
  ret

// ---- data ---------------------------------------------------------------------------------------
  .balign 16
gdt:
  .quad 0
  .quad 0x00af9b000000ffff               // 0x08 kernel code, 64 bit
  .quad 0x00cf93000000ffff               // 0x10 kernel data
  .quad 0x00cffb000000ffff               // 0x18 user code, 32 bit: unused
  .quad 0x00cff3000000ffff               // 0x20 user data
  .quad 0x00affb000000ffff               // 0x28 user code, 64 bit
  .quad 0x0000890000000067, 0            // 0x30 TSS
  .quad 0x00cf9b000000ffff               // 0x40 code, 32 bit
gdt_end:
gdt_register:
  .word gdt_end - gdt - 1
  .long AT(gdt)
gdt_register_high:
  .word gdt_end - gdt - 1
  .quad HIGH + AT(gdt)
idt_register:
  .word 64 * 16 - 1
  .quad HIGH + IDT
  .balign 16
tss_segment:
  .long 0
  .quad HIGH + TRAP_STACK
  .fill 0x67 - 12 + 1, 1, 0
faults:
  .long 0
pit_ticks:
  .long 0
apic_ticks:
  .long 0
gs_area:
  .long 0x5a5a
gs_area_2:
  .long 0xa5a5
payload_end:

// The processor's first instruction, 16 bytes below the end of the ROM.
  .org 0xfff0
  .code16
  ljmp $0xf000, $(real_mode - image)
  .org 0x10000

  .section .note.GNU-stack, "", @progbits
